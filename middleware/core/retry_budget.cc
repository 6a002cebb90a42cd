#include "middleware/core/retry_budget.h"

#include <algorithm>

#include "middleware/kernel/check.h"

namespace core {
namespace {

std::int64_t capacity(const RetryBudget::Rules& rules) {
  if (const auto* quota = std::get_if<RetryQuota>(&rules)) return quota->capacity;
  return std::get<RetryThrottle>(rules).tokens_max_milli;
}

std::int64_t cost(const RetryQuota& quota, FailureClass failure) {
  return failure == FailureClass::Throttled ? quota.throttled_cost : quota.transient_cost;
}

}  // namespace

RetryBudget::RetryBudget(Rules rules) : rules_(rules), tokens_(capacity(rules_)) { CHECK(tokens_ >= 1); }

bool RetryBudget::take(FailureClass failure) {
  if (const auto* quota = std::get_if<RetryQuota>(&rules_)) {
    const std::int64_t price = cost(*quota, failure);
    if (tokens_ < price) return false;
    tokens_ -= price;
    return true;
  }
  failed();
  return tokens_ > capacity(rules_) / 2;
}

void RetryBudget::failed() {
  if (std::holds_alternative<RetryThrottle>(rules_)) tokens_ = std::max<std::int64_t>(0, tokens_ - 1000);
}

void RetryBudget::succeeded(std::optional<FailureClass> retried) {
  std::int64_t earned = 0;
  if (const auto* quota = std::get_if<RetryQuota>(&rules_)) {
    earned = retried ? cost(*quota, *retried) : quota->first_try_refund;
  } else {
    earned = std::get<RetryThrottle>(rules_).success_milli;
  }
  tokens_ = std::min(capacity(rules_), tokens_ + earned);
}

double RetryBudget::share_left() const {
  return static_cast<double>(tokens_) / static_cast<double>(capacity(rules_));
}

}  // namespace core
