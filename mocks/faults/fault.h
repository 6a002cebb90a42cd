#pragma once
// A fault: which requests it may touch (selector), when it fires (schedule), whether before or after the
// effect (place), and what the caller then observes (effect). Facts: mocks-and-faults 6, 7 and 12.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/lookup.h"
#include "middleware/kernel/time.h"
#include "mocks/faults/damage.h"
#include "mocks/faults/latency.h"
#include "mocks/faults/schedule.h"

namespace mocks {

/// `Before`: the request was never executed. `After`: it was, and the answer is lost or replaced.
enum class Place : std::uint8_t { Before, After };

/// What counts as "the nth request" of a rule.
enum class CountPer : std::uint8_t { Run, Event, BusinessKey };

struct FaultEffect {
  std::optional<int> status{};                    ///< answer with it instead
  std::optional<kernel::Duration> retry_after{};  ///< with the status: Retry-After in whole seconds
  bool retry_after_is_date = false;               ///< as an HTTP date, by the run's clock
  std::string body{};                             ///< with the status
  std::vector<std::pair<std::string, std::string>>
      headers{};                   ///< with the status; they replace what stands there
  std::optional<Damage> damage{};  ///< the true answer, made wrong: place after
  bool executes_twice = false;     ///< the effect happens twice, and one answer is sent: place after
  kernel::Ending ending = kernel::Ending::Complete;  ///< how the connection ends instead
  std::optional<LatencyLaw> delay{};                 ///< added to the answer's own
  kernel::Pace pace{};                               ///< how slowly the answer is sent, whichever it is
  kernel::Afterwards afterwards = kernel::Afterwards::Kept;  ///< and what becomes of its connection
};

struct FaultRule {
  std::string name{};                                           ///< unique in the run: names its draws
  std::string target{};                                         ///< the API
  std::optional<std::string> path_prefix{};                     ///< only requests whose path starts so
  std::optional<std::string> method{};                          ///< only of this method
  std::optional<std::pair<std::string, std::string>> header{};  ///< only with this header; value "": any
  std::optional<std::string> stub{};                            ///< only those that this stub answers
  std::optional<std::string> key{};                             ///< only of this business key
  std::int64_t attempt_min = 1;                                 ///< of the caller, for one business key
  std::optional<std::int64_t> attempt_max{};
  kernel::Timestamp from{};
  std::optional<kernel::Timestamp> until{};  ///< half-open: [from, until)
  CountPer count_per = CountPer::Run;
  std::int64_t skip = 0;                    ///< the first so many requests are left alone
  std::optional<std::int64_t> times{};      ///< then so many are eligible
  std::int64_t every = 1;                   ///< of these each nth
  double share = 1;                         ///< and of these a share, by keyed draws
  std::optional<Ramp> ramp{};               ///< instead of `share`: one that moves
  std::optional<Burst> burst{};             ///< instead of `share`: in bursts
  std::optional<Flap> flap{};               ///< only while it is down
  std::optional<std::int64_t> total_max{};  ///< fires so often in the whole run
  std::optional<std::vector<Fired>>
      fires{};  ///< just these, whatever counts and luck say: a schedule that is replayed
  Place place = Place::Before;
  FaultEffect effect{};
  std::shared_ptr<const kernel::Json> written{};  ///< the line as its author wrote it; null when code made it
};

/// A request as selectors see it.
struct FaultSubject {
  std::string_view target;
  std::string_view path;
  std::string_view event{};         ///< EventUuid, "" if unknown
  std::string_view business_key{};  ///< "" if unknown
  std::string_view method{};
  std::string_view stub{};   ///< "" when no stub is meant
  std::int64_t attempt = 1;  ///< request of this business key
  const kernel::Headers* headers = nullptr;
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
    const FaultRule* damage = nullptr;  ///< makes the true answer wrong
    bool executes_twice = false;
    kernel::Afterwards afterwards = kernel::Afterwards::Kept;  ///< of the first that fired and says one
    kernel::Pace pace{};                                       ///< of all that fired, added up
    kernel::Duration delay{};                                  ///< of all that fired, added up
  };
  /// Draws every rule that applies and records the draws. The rules stay valid until the next add or remove.
  Decision decide(const FaultSubject& subject, kernel::Timestamp now);

  bool empty() const { return rules_.empty(); }

  struct Status {
    const FaultRule* rule = nullptr;
    std::int64_t fired = 0;
  };
  /// In their order; valid until the next add or remove.
  std::vector<Status> status() const;
  /// Takes away those whose time is over.
  void remove_ended(kernel::Timestamp now);
  std::vector<std::string> active(kernel::Timestamp now) const;

 private:
  struct Counted {
    FaultRule rule;
    std::uint64_t in_run = 0;
    kernel::Lookup<std::uint64_t> by_key;
    kernel::Lookup<bool> is_bad{};  ///< of Burst, by key
    std::int64_t fired = 0;         ///< requests it touched
  };
  bool fires(Counted& counted, const FaultSubject& subject, kernel::Timestamp now);
  /// By share, ramp or burst; the journal hears of the draw.
  bool draws(Counted& counted, const FaultSubject& subject, std::string_view key, std::uint64_t n,
             kernel::Timestamp now);

  std::uint64_t seed_;
  kernel::Journal& journal_;
  std::vector<Counted> rules_;
};

}  // namespace mocks
