#pragma once
// Whether a call to an external API may be made again, and when.
//
// Source: facts/resilience 3 (AWS SDK retry rules of 2026, RFC 9110). Decides only: no clock, no waiting, no
// luck of its own.
#include <cstdint>
#include <optional>
#include <string_view>

#include "middleware/kernel/http.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/time.h"

namespace core {

/// What the caller of an API saw: an answer, or the reason why there was none.
struct CallResult {
  int status = 0;  ///< 0 when there was no answer
  std::optional<kernel::NoAnswer> no_answer{};
  std::optional<kernel::Duration>
      retry_after{};  ///< already parsed; only 429, 503 and 413 carry a meaningful one
};

enum class FailureClass : std::uint8_t {
  None,       ///< 2xx and 3xx
  Transient,  ///< may pass by itself
  Throttled,  ///< the far side said "less"
  Permanent,  ///< will be the same next time
};
std::string_view to_text(FailureClass failure_class);

FailureClass failure_class(const CallResult& result);

/// May the call be repeated without doing harm? Failures before anything was sent and throttles always;
/// everything else only if the method is idempotent (RFC 9110 9.2.2) or the request carries an idempotency
/// key (`keyed`).
bool is_repeatable(const CallResult& result, std::string_view method, bool keyed);

/// "120" or an HTTP date relative to `now`; nothing for negative, fractional, empty or garbled text.
std::optional<kernel::Duration> parse_retry_after(std::string_view value, kernel::WallTime now);

enum class Jitter : std::uint8_t { Full, Equal, None };

struct RetryRules {
  std::int64_t attempts_max = 3;  ///< attempts on the wire, the first included; 1..100
  kernel::Duration base = std::chrono::milliseconds{50};      ///< first wait after a transient failure
  kernel::Duration throttled_base = std::chrono::seconds{1};  ///< first wait after a throttle
  double factor = 2;                                          ///< >= 1
  kernel::Duration wait_max = std::chrono::seconds{20};       ///< cap, applied before jitter
  Jitter jitter = Jitter::Full;
  kernel::Duration retry_after_slack =
      std::chrono::seconds{5};  ///< how far a Retry-After may lengthen the own wait
};

/// Why no further attempt is made.
enum class GiveUp : std::uint8_t { Permanent, NotRepeatable, Attempts, RetryAfterTooLong, Deadline, Budget };
std::string_view to_text(GiveUp reason);

struct RetryDecision {
  std::optional<kernel::Duration> wait{};  ///< nothing: give up
  GiveUp reason = GiveUp::Attempts;        ///< meaningful when wait is nothing
};

/// Waits between attempts of one logical call.
class Retry {
 public:
  explicit Retry(RetryRules rules) : rules_(rules) {}

  struct Attempt {
    int number = 1;  ///< the attempt that just failed: 1, 2, ...
    std::string_view method{};
    bool keyed = false;
    kernel::Duration left{};  ///< time left until the last attempt has to be over
    double luck = 0;          ///< a draw in [0, 1) for the jitter
  };
  RetryDecision after(const CallResult& result, const Attempt& attempt) const;

  const RetryRules& rules() const { return rules_; }

 private:
  RetryRules rules_;
};

/// Bounds the share of retries towards one dependency, over all callers: a retry costs tokens, successes earn
/// them back. In an outage it runs dry on purpose, and every call then fails after its first attempt.
/// Numbers: AWS SDK 2026.
class RetryBudget {
 public:
  explicit RetryBudget(std::int64_t capacity = 500) : capacity_(capacity), tokens_(capacity) {}

  /// Takes the price of one retry; false when there is not enough.
  bool take(FailureClass failure);
  /// A call succeeded; `retried` with the class of its last retry.
  void succeeded(std::optional<FailureClass> retried);

  std::int64_t tokens() const { return tokens_; }

 private:
  std::int64_t capacity_;
  std::int64_t tokens_;
};

}  // namespace core
