#pragma once
// Whether a call to an external API may be made again, and when.
//
// Source: facts/resilience 3. Decides only: no clock, no waiting, no luck of its own.
#include <cstdint>
#include <optional>
#include <string_view>

#include "middleware/core/backoff.h"
#include "middleware/core/failure.h"

namespace core {

/// Why no further attempt is made.
enum class GiveUp : std::uint8_t { Permanent, NotRepeatable, Attempts, RetryAfterTooLong, Deadline, Budget };
std::string_view to_text(GiveUp reason);

/// What a wait comes from.
enum class DelaySource : std::uint8_t { Backoff, RetryAfter };
std::string_view to_text(DelaySource source);

struct RetryDecision {
  std::optional<kernel::Duration> wait{};     ///< nothing: give up
  GiveUp reason = GiveUp::Attempts;           ///< meaningful when wait is nothing
  DelaySource source = DelaySource::Backoff;  ///< meaningful when there is a wait
};

/// Less time than this is no use to an attempt. ASSUMPTION: the facts say max(50 ms, half the median
/// latency); the median is not measured here.
inline constexpr kernel::Duration kMinUseful = std::chrono::milliseconds{50};

/// Waits between attempts of one logical call.
class Retry {
 public:
  explicit Retry(RetryRules rules) : rules_(std::move(rules)) {}

  struct Attempt {
    int number = 1;  ///< the attempt that just failed: 1, 2, ...
    std::string_view method{};
    bool keyed = false;
    kernel::Duration left{};     ///< time left until the last attempt has to be over
    Luck luck = 0.0;             ///< for the jitter
    kernel::Duration elapsed{};  ///< since the first attempt began
  };
  RetryDecision after(const CallResult& result, const Attempt& attempt) const;

  const RetryRules& rules() const { return rules_; }

 private:
  std::optional<GiveUp> refusal(const CallResult& result, const Attempt& attempt) const;
  RetryDecision with_hint(kernel::Duration own, kernel::Duration hint) const;

  RetryRules rules_;
};

}  // namespace core
