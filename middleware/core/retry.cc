#include "middleware/core/retry.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "middleware/kernel/check.h"

namespace core {
namespace {

using kernel::Duration;
using kernel::NoAnswer;
using namespace std::chrono_literals;

/// Less time than this is no use to an attempt. ASSUMPTION: the facts say max(50 ms, half the median
/// latency); the median is not measured here.
constexpr Duration kMinUseful = 50ms;

bool nothing_was_sent(NoAnswer reason) {
  return reason == NoAnswer::Refused || reason == NoAnswer::ConnectTimeout || reason == NoAnswer::TlsError;
}

bool is_idempotent(std::string_view method) {
  constexpr std::array<std::string_view, 6> kIdempotent = {"GET",   "HEAD", "OPTIONS",
                                                           "TRACE", "PUT",  "DELETE"};
  return std::ranges::find(kIdempotent, method) != kIdempotent.end();
}

std::int64_t price(FailureClass failure) { return failure == FailureClass::Throttled ? 5 : 14; }

}  // namespace

std::string_view to_text(FailureClass failure_class) {
  switch (failure_class) {
    case FailureClass::None:
      return "none";
    case FailureClass::Transient:
      return "transient";
    case FailureClass::Throttled:
      return "throttled";
    case FailureClass::Permanent:
      return "permanent";
  }
  return "unknown";
}

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

FailureClass failure_class(const CallResult& result) {
  if (result.no_answer) return FailureClass::Transient;
  switch (result.status) {
    case 429:
      return FailureClass::Throttled;
    case 503:
      return result.retry_after ? FailureClass::Throttled : FailureClass::Transient;
    case 408:
    case 425:
    case 500:
    case 502:
    case 504:
      return FailureClass::Transient;
    case 501:
    case 505:
      return FailureClass::Permanent;
    default:
      break;
  }
  if (result.status >= 500) return FailureClass::Transient;
  return result.status >= 400 ? FailureClass::Permanent : FailureClass::None;
}

bool is_repeatable(const CallResult& result, std::string_view method, bool keyed) {
  if (keyed || is_idempotent(method)) return true;
  if (result.no_answer) return nothing_was_sent(*result.no_answer);
  return failure_class(result) == FailureClass::Throttled;
}

std::optional<Duration> parse_retry_after(std::string_view value, kernel::WallTime now) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (error == std::errc{} && end == value.data() + value.size()) {
    if (seconds < 0 || seconds > 315'360'000) return std::nullopt;  // ten years: nobody means that
    return std::chrono::seconds{seconds};
  }
  // "Tue, 03 Mar 2026 10:15:30 GMT"; the two obsolete date forms are ignored.
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (value.size() != 29 || value.substr(25) != " GMT") return std::nullopt;
  const auto month = std::ranges::find(kMonths, value.substr(8, 3));
  if (month == kMonths.end()) return std::nullopt;
  std::string iso{value.substr(12, 4)};
  const auto number = static_cast<int>(month - kMonths.begin()) + 1;
  iso += (number < 10 ? "-0" : "-") + std::to_string(number) + "-" + std::string(value.substr(5, 2)) + "T" +
         std::string(value.substr(17, 8)) + "Z";
  const auto when = kernel::parse_wall_time(iso);
  if (!when) return std::nullopt;
  return std::max<Duration>(*when - now, 0ns);
}

RetryDecision Retry::after(const CallResult& result, const Attempt& attempt) const {
  CHECK(attempt.number >= 1 && attempt.luck >= 0 && attempt.luck < 1);
  const FailureClass failure = failure_class(result);
  if (failure == FailureClass::Permanent || failure == FailureClass::None)
    return {.reason = GiveUp::Permanent};
  if (!is_repeatable(result, attempt.method, attempt.keyed)) return {.reason = GiveUp::NotRepeatable};
  if (attempt.number >= rules_.attempts_max) return {.reason = GiveUp::Attempts};

  const Duration base = failure == FailureClass::Throttled ? rules_.throttled_base : rules_.base;
  const double grown = static_cast<double>(base.count()) * std::pow(rules_.factor, attempt.number - 1);
  const double capped = std::min(grown, static_cast<double>(rules_.wait_max.count()));
  double spread = 1;
  if (rules_.jitter == Jitter::Full) spread = attempt.luck;
  if (rules_.jitter == Jitter::Equal) spread = 0.5 + attempt.luck / 2;
  Duration wait{std::llround(capped * spread)};

  if (result.retry_after) {
    if (*result.retry_after > wait + rules_.retry_after_slack) return {.reason = GiveUp::RetryAfterTooLong};
    wait = std::max(wait, *result.retry_after);
  }
  if (wait + kMinUseful > attempt.left) return {.reason = GiveUp::Deadline};
  return {.wait = wait};
}

bool RetryBudget::take(FailureClass failure) {
  if (tokens_ < price(failure)) return false;
  tokens_ -= price(failure);
  return true;
}

void RetryBudget::succeeded(std::optional<FailureClass> retried) {
  tokens_ = std::min(capacity_, tokens_ + (retried ? price(*retried) : 1));
}

}  // namespace core
