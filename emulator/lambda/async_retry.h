#pragma once
// When Lambda runs an asynchronous event again, and when it gives the event up.
//
// Source: AWS Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation",
// and recorded behaviour (facts/aws-delivery 5.3). Lines marked ASSUMPTION are ours.
#include <optional>

#include "middleware/kernel/time.h"

namespace emulator::lambda {

enum class Failure : std::uint8_t {
  FunctionError,  ///< The code or its runtime failed, a timeout included.
  Throttled,      ///< 429: no concurrency was free.
  SystemError,    ///< 5xx from the service itself.
};

struct AsyncRetryConfig {
  std::int64_t function_error_retries_max = 2;             ///< 0..2
  kernel::Duration event_age_max = std::chrono::hours{6};  ///< 1 min..6 h
};

enum class GiveUp : std::uint8_t { RetriesExhausted, EventAgeExceeded };

struct RetryDecision {
  std::optional<kernel::Duration> wait{};       ///< nothing: give the event up
  GiveUp condition = GiveUp::RetriesExhausted;  ///< why, when there is no wait
};

/// Decides; it keeps no queue, reads no clock and waits for nothing.
class AsyncRetry {
 public:
  explicit AsyncRetry(AsyncRetryConfig config) : config_(config) {}

  /// How long to wait before the next attempt, or nothing when the event is given up.
  /// `failures` counts the failures of this kind, this one included: 1, 2, ...
  RetryDecision after(Failure failure, int failures, kernel::Duration event_age) const;

 private:
  AsyncRetryConfig config_;
};

}  // namespace emulator::lambda
