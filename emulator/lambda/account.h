#pragma once
// What the functions of an account share, and why one is throttled.
//
// Source: facts/aws-delivery 5.2 (the reasons), 5.4 (1,000 at once, 100 of them unreserved, 1,000 new
// environments in 10 s, ten synchronous requests a second for each environment).
#include <cstdint>
#include <string_view>

#include "middleware/kernel/time.h"

namespace emulator::lambda {

/// Concurrent invocations of all functions together, of an account that was not raised.
constexpr std::int64_t kAccountConcurrency = 1000;
/// So many of them cannot be reserved.
constexpr std::int64_t kUnreservedMin = 100;

struct AccountConfig {
  std::int64_t concurrency = kAccountConcurrency;
  std::int64_t environments_per_10s = 1000;    ///< new ones of one function, above zero
  std::int64_t requests_per_environment = 10;  ///< synchronous ones, a second, above zero
  /// ASSUMPTION: "about 16" invocations of one function in one chain of requests, the next is stopped.
  std::int64_t recursion_max = 16;
};

/// Why an invocation found no environment: 429.
enum class Throttle : std::uint8_t {
  AccountConcurrency,   ///< all that is not reserved is busy
  AccountRate,          ///< ASSUMPTION: also when environments would begin too fast
  FunctionConcurrency,  ///< all that the function has reserved is busy
  FunctionRate,         ///< as AccountRate, of a function with a reservation
};
/// "ReservedFunctionConcurrentInvocationLimitExceeded"
std::string_view reason_text(Throttle throttle);
/// The whole answer.
std::string_view body_text(Throttle throttle);

/// So many in a period, coming back evenly and no more than one period's worth kept. Starts full. Whole
/// nanoseconds: it decides alike everywhere.
class Allowance {
 public:
  /// Above zero both.
  Allowance(std::int64_t amount, kernel::Duration period)
      : interval_(period / amount), burst_(interval_ * (amount - 1)) {}

  bool is_there(kernel::Timestamp now) const { return next_even_ - now <= burst_; }
  /// `is_there` holds.
  void take(kernel::Timestamp now) { next_even_ = (next_even_ > now ? next_even_ : now) + interval_; }

 private:
  kernel::Duration interval_;
  kernel::Duration burst_;
  kernel::Timestamp next_even_{};  // when it will be full again
};

/// The environments that functions without a reservation share.
struct Pool {
  std::int64_t limit = kAccountConcurrency;  ///< what no function has reserved
  std::int64_t running = 0;
};

}  // namespace emulator::lambda
