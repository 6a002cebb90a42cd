#pragma once
// A fault: which requests it may touch (selector), when it fires (schedule), whether before or after the
// effect (place), and what the caller then observes (effect). Facts: mocks-and-faults 6, 7 and 12.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/lookup.h"
#include "middleware/kernel/time.h"
#include "mocks/faults/latency.h"

namespace mocks {

/// `Before`: the request was never executed. `After`: it was, and the answer is lost or replaced.
enum class Place : std::uint8_t { Before, After };

/// What counts as "the nth request" of a rule.
enum class CountPer : std::uint8_t { Run, Event, BusinessKey };

struct FaultEffect {
  std::optional<int> status{};                       ///< answer with it instead
  std::optional<kernel::Duration> retry_after{};     ///< with the status: Retry-After in whole seconds
  std::string body{};                                ///< with the status
  kernel::Ending ending = kernel::Ending::Complete;  ///< how the connection ends instead
  std::optional<LatencyLaw> delay{};                 ///< added to the answer's own
};

struct FaultRule {
  std::string name{};                        ///< unique in the run: names its draws
  std::string target{};                      ///< the API
  std::optional<std::string> path_prefix{};  ///< only requests whose path starts so
  kernel::Timestamp from{};
  std::optional<kernel::Timestamp> until{};  ///< half-open: [from, until)
  CountPer count_per = CountPer::Run;
  std::int64_t skip = 0;                ///< the first so many requests are left alone
  std::optional<std::int64_t> times{};  ///< then so many are eligible
  std::int64_t every = 1;               ///< of these each nth
  double share = 1;                     ///< and of these a share, by keyed draws
  Place place = Place::Before;
  FaultEffect effect{};
};

/// A request as selectors see it.
struct FaultSubject {
  std::string_view target;
  std::string_view path;
  std::string_view event{};         ///< EventUuid, "" if unknown
  std::string_view business_key{};  ///< "" if unknown
  kernel::HopId hop = 0;
};

/// All the rules of a run, in order. Every draw is a function of (seed, rule, key, n): no rule changes
/// another's luck.
class FaultSet {
 public:
  FaultSet(std::uint64_t seed, kernel::Journal& journal) : seed_(seed), journal_(journal) {}

  /// Names must be unique; a later rule of the same name replaces the earlier one.
  void add(FaultRule rule);
  bool remove(std::string_view name);

  struct Decision {
    const FaultRule* before = nullptr;  ///< the strongest that fired: an ending beats a status
    const FaultRule* after = nullptr;
    kernel::Duration delay{};  ///< of all that fired, added up
  };
  /// Draws every rule that applies and records the draws. The rules stay valid until the next add or remove.
  Decision decide(const FaultSubject& subject, kernel::Timestamp now);

  bool empty() const { return rules_.empty(); }
  std::vector<std::string> active(kernel::Timestamp now) const;

 private:
  struct Counted {
    FaultRule rule;
    std::uint64_t in_run = 0;
    kernel::Lookup<std::uint64_t> by_key;
  };
  bool fires(Counted& counted, const FaultSubject& subject);

  std::uint64_t seed_;
  kernel::Journal& journal_;
  std::vector<Counted> rules_;
};

}  // namespace mocks
