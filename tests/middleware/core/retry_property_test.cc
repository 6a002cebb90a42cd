// What retries, budgets and deadlines keep whatever fails.
#include <optional>
#include <vector>

#include "middleware/core/deadline.h"
#include "middleware/core/retry.h"
#include "middleware/core/retry_budget.h"
#include "tests/middleware/core/property.h"

namespace core_tests {
namespace {

using core::CallResult;
using core::FailureClass;
using core::RetryRules;
using kernel::Duration;
using namespace std::chrono_literals;

CallResult any_failure() {
  const auto what = between(0, 9);
  if (what == 0) return {.no_answer = static_cast<kernel::NoAnswer>(between(0, 7))};
  CallResult result{.status = static_cast<int>(what < 6 ? 500 + between(0, 11) : 400 + between(0, 29))};
  if (between(0, 2) == 0) result.retry_after = 1s * between(0, 10);
  return result;
}

RetryRules any_rules() {
  RetryRules rules{
      .attempts_max = between(1, 8), .base = 1ms * between(0, 3000), .wait_max = 1ms * between(1, 20'000)};
  rules.throttled_base = 1ms * between(0, 3000);
  rules.factor = 1 + static_cast<double>(between(0, 30)) / 10;
  rules.jitter = static_cast<core::Jitter>(between(0, 6));
  rules.retry_after = static_cast<core::RetryAfterUse>(between(0, 2));
  if (between(0, 3) == 0) rules.step = 1ms * between(0, 500);
  if (between(0, 3) == 0) rules.waits = {1ms * between(0, 100), 1ms * between(0, 1000)};
  rules.first_at_once = between(0, 3) == 0;
  return rules;
}

PROPERTY(Retry, KeepsToItsAttemptsAndStartsNoneAfterTheDeadline) {
  const RetryRules rules = any_rules();
  const core::Retry retry(rules);
  const Duration deadline = 1ms * between(0, 60'000);
  Duration now{};
  std::int64_t attempts = 0;
  while (true) {
    ++attempts;
    now += 1ms * between(0, 2000);
    const CallResult failure = any_failure();
    const double u = static_cast<double>(between(0, 999)) / 1000;
    const auto decision = retry.after(failure, {.number = static_cast<int>(attempts),
                                                .method = between(0, 1) == 0 ? "GET" : "POST",
                                                .keyed = between(0, 1) == 0,
                                                .left = deadline - now,
                                                .luck = u});
    if (!decision.wait) break;
    RC_ASSERT(*decision.wait >= 0ns);
    const Duration hint = failure.retry_after.value_or(0s);
    RC_ASSERT(*decision.wait <= std::max(rules.wait_max + rules.retry_after_slack, hint));
    now += *decision.wait;
    RC_ASSERT(now + core::kMinUseful <= deadline);
  }
  RC_ASSERT(attempts <= rules.attempts_max);
}

PROPERTY(Retry, NeverRepeatsWhatMayHaveBeenDoneWithoutAKey) {
  const core::Retry retry(RetryRules{.attempts_max = 100});
  const auto reason = static_cast<kernel::NoAnswer>(between(3, 7));  // after sending
  RC_ASSERT(!retry
                 .after({.no_answer = reason},
                        {.number = static_cast<int>(between(1, 99)), .method = "POST", .left = 1h})
                 .wait);
}

PROPERTY(RetryQuota, PaysForEveryRetryOutOfWhatItHadAndEarned) {
  const core::RetryQuota rules{.capacity = between(1, 600)};
  core::RetryBudget budget(rules);
  std::int64_t paid = 0;
  std::int64_t earned = 0;
  for (const Happening& h : happenings(0, 4)) {
    const FailureClass failure = h.which % 2 == 0 ? FailureClass::Transient : FailureClass::Throttled;
    const std::int64_t price = h.which % 2 == 0 ? rules.transient_cost : rules.throttled_cost;
    const std::int64_t before = budget.tokens();
    if (h.what < 3) {
      if (budget.take(failure)) paid += price;
      RC_ASSERT(budget.tokens() == before || budget.tokens() == before - price);
    } else {
      budget.succeeded(h.which % 3 == 0 ? std::optional(failure) : std::nullopt);
      earned += budget.tokens() - before;
    }
    RC_ASSERT(budget.tokens() >= 0);
    RC_ASSERT(budget.tokens() <= rules.capacity);
    RC_ASSERT(budget.tokens() == rules.capacity - paid + earned);
  }
}

PROPERTY(RetryThrottle, RetriesOnlyWhileMoreThanHalfIsLeft) {
  const core::RetryThrottle rules{.tokens_max_milli = 1000 * between(1, 20),
                                  .success_milli = between(1, 2000)};
  core::RetryBudget budget(rules);
  for (const Happening& h : happenings(0, 3)) {
    if (h.what == 0) {
      budget.succeeded(std::nullopt);
    } else if (h.what == 1) {
      budget.failed();
    } else {
      const bool granted = budget.take(FailureClass::Transient);
      RC_ASSERT(granted == (budget.tokens() > rules.tokens_max_milli / 2));
    }
    RC_ASSERT(budget.tokens() >= 0);
    RC_ASSERT(budget.tokens() <= rules.tokens_max_milli);
  }
}

PROPERTY(Deadline, IsOnlyEverShortenedOnTheWayDown) {
  const kernel::Timestamp now = kernel::at(1ms * between(0, 100'000));
  const Duration own = 1ms * between(0, 60'000);
  const std::string header = between(0, 3) == 0 ? "soon" : std::to_string(between(-5, 100'000));
  const auto work = core::work_deadline(now, own, header);
  RC_ASSERT(work <= now + own);
  const Duration per_try = 1ms * between(1, 10'000);
  const auto attempt = core::try_deadline(now, per_try, work);
  RC_ASSERT(attempt <= work - core::kTryMargin);
  RC_ASSERT(attempt <= now + per_try);
  RC_ASSERT(std::stoll(core::deadline_header(now, work)) * 1ms <= std::max<Duration>(0ms, work - now));
}

}  // namespace
}  // namespace core_tests
