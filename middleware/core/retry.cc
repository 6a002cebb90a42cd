#include "middleware/core/retry.h"

#include <algorithm>

#include "middleware/kernel/check.h"

namespace core {
namespace {

using kernel::Duration;

template <class T, class U>
bool has(const std::vector<T>& values, const U& value) {
  return std::ranges::find(values, value) != values.end();
}

}  // namespace

std::string_view to_text(GiveUp reason) {
  switch (reason) {
    case GiveUp::Permanent:
      return "permanent";
    case GiveUp::NotRepeatable:
      return "not repeatable without an idempotency key";
    case GiveUp::Attempts:
      return "attempts";
    case GiveUp::RetryAfterTooLong:
      return "retry_after";
    case GiveUp::Deadline:
      return "deadline";
    case GiveUp::Budget:
      return "budget";
  }
  return "unknown";
}

std::string_view to_text(DelaySource source) {
  switch (source) {
    case DelaySource::Backoff:
      return "backoff";
    case DelaySource::RetryAfter:
      return "retry_after";
  }
  return "unknown";
}

std::optional<GiveUp> Retry::refusal(const CallResult& result, const Attempt& attempt) const {
  const FailureClass failure = failure_class(result);
  if (rules_.on) {
    const bool listed = result.no_answer ? has(rules_.on->no_answers, *result.no_answer)
                                         : has(rules_.on->statuses, result.status);
    if (!listed) return GiveUp::Permanent;
  } else if (failure == FailureClass::Permanent || failure == FailureClass::None) {
    return GiveUp::Permanent;
  }
  const bool repeatable = rules_.methods.empty() ? is_repeatable(result, attempt.method, attempt.keyed)
                                                 : has(rules_.methods, attempt.method);
  if (!repeatable) return GiveUp::NotRepeatable;
  if (attempt.number >= rules_.attempts_max) return GiveUp::Attempts;
  if (rules_.elapsed_max && attempt.elapsed >= *rules_.elapsed_max) return GiveUp::Deadline;
  return std::nullopt;
}

RetryDecision Retry::with_hint(Duration own, Duration hint) const {
  const Duration longest = own + rules_.retry_after_slack;
  const auto decided = [own](Duration wait) {
    return RetryDecision{.wait = wait,
                         .source = wait == own ? DelaySource::Backoff : DelaySource::RetryAfter};
  };
  switch (rules_.retry_after) {
    case RetryAfterUse::Bounded:
      if (hint > longest) return {.reason = GiveUp::RetryAfterTooLong};
      return decided(std::max(own, hint));
    case RetryAfterUse::Cut:
      return decided(std::clamp(hint, own, longest));
    case RetryAfterUse::Replaces:
      return decided(hint.count() > 0 ? std::min(hint, rules_.wait_max) : own);
  }
  return decided(own);
}

RetryDecision Retry::after(const CallResult& result, const Attempt& attempt) const {
  CHECK(attempt.number >= 1);
  if (const auto reason = refusal(result, attempt)) return {.reason = *reason};

  const bool throttled = failure_class(result) == FailureClass::Throttled;
  const Duration base = throttled ? rules_.throttled_base : rules_.base;
  RetryDecision decision{.wait = backoff(rules_, base, attempt.number, attempt.luck)};
  if (result.retry_after) decision = with_hint(*decision.wait, *result.retry_after);
  if (!decision.wait) return decision;
  if (rules_.elapsed_max) decision.wait = std::min(*decision.wait, *rules_.elapsed_max - attempt.elapsed);
  if (*decision.wait + kMinUseful > attempt.left) return {.reason = GiveUp::Deadline};
  return decision;
}

}  // namespace core
