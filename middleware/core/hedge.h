#pragma once
// When a call that is silent gets a second attempt beside the first.
//
// Source: facts/resilience 7. The first good answer wins; a failure before the delay brings the next attempt
// at once; a failure that will not pass ends the call. Who asks sees to it that the call may be repeated,
// that the budget allows the extra attempt, and that each attempt passes breaker, limiter and bulkhead.
#include <cstdint>
#include <optional>

#include "middleware/kernel/time.h"

namespace core {

struct HedgeRules {
  kernel::Duration delay =
      std::chrono::seconds{2};  ///< of silence; about the 95th percentile of the API's latency
  std::int64_t extra_max = 1;   ///< attempts beside the first; 1..4
};

class Hedge {
 public:
  explicit Hedge(HedgeRules rules) : rules_(rules) {}

  enum class Step : std::uint8_t { Start, Wait, Over };
  struct Next {
    Step step = Step::Over;
    std::optional<kernel::Timestamp> until{};  ///< of Wait: at the latest; nothing: for an attempt to end
  };
  Next next(kernel::Timestamp now) const;

  void started(kernel::Timestamp now);
  /// An attempt ended without a good answer; `may_pass`: another could do better.
  void failed(bool may_pass);
  /// An extra attempt was not to be had: the ones that run are all.
  void no_more() { rules_.extra_max = started_ - 1; }

  std::int64_t attempts() const { return started_; }

 private:
  HedgeRules rules_;
  std::int64_t started_ = 0;
  std::int64_t running_ = 0;
  kernel::Timestamp last_start_{};
  bool failed_since_ = false;  ///< one failed after the last start
  bool is_over_ = false;
};

}  // namespace core
