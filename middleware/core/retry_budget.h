#pragma once
// Bounds the share of retries towards one dependency, over all its callers. In an outage it runs dry on
// purpose, and every call then fails after its first attempt.
//
// Source: facts/resilience 3, retry budgets.
#include <cstdint>
#include <optional>
#include <variant>

#include "middleware/core/failure.h"

namespace core {

/// AWS SDK of 2026: a retry costs tokens; a success after retries returns the cost of the last, one at the
/// first try earns a little. In the long run about one call in fourteen may be retried.
struct RetryQuota {
  std::int64_t capacity = 500;  ///< and what it begins with
  std::int64_t transient_cost = 14;
  std::int64_t throttled_cost = 5;
  std::int64_t first_try_refund = 1;
};

/// gRPC A6: each failure takes a token, each success returns a part of one, and retries go on while more than
/// half are left. Counted in thousandths.
struct RetryThrottle {
  std::int64_t tokens_max_milli = 10'000;
  std::int64_t success_milli = 100;
};

class RetryBudget {
 public:
  using Rules = std::variant<RetryQuota, RetryThrottle>;
  explicit RetryBudget(Rules rules = RetryQuota{});

  /// An attempt failed in a way that may pass. May it be retried? Takes the price of the retry if so; call it
  /// once a failure, and only when a retry would be made.
  bool take(FailureClass failure);
  /// An attempt failed and would not be retried anyway.
  void failed();
  /// A call succeeded; `retried` with the class of its last retry.
  void succeeded(std::optional<FailureClass> retried);

  /// What is left, 0..1, of what it began with.
  double share_left() const;
  /// Of a throttle in thousandths.
  std::int64_t tokens() const { return tokens_; }

 private:
  Rules rules_;
  std::int64_t tokens_;
};

}  // namespace core
