#include "mocks/stubs/limits.h"

#include <algorithm>
#include <cmath>

namespace mocks::stubs {
namespace {

using kernel::Duration;
using kernel::WallTime;

/// Parts of a nanosecond do not let a request wait: they are rounding.
Duration nanoseconds_up(double value) { return Duration{static_cast<std::int64_t>(std::ceil(value - 1e-3))}; }

WallTime window_start(WallTime now, WallTime origin, Duration per) {
  return origin + (now - origin) / per * per;
}

}  // namespace

LimitAnswer Limiter::take(std::string_view key, WallTime now) {
  Counted& counted = by_key_.at(key);
  if (counted.is_new) {
    counted.is_new = false;
    counted.since = spec_.kind == LimitKind::FixedWindow && !spec_.begins_with_first
                        ? window_start(now, WallTime{}, spec_.per)
                        : now;
  }
  switch (spec_.kind) {
    case LimitKind::TokenBucket:
    case LimitKind::LeakyBucket:
      return take_level(counted, now);
    case LimitKind::FixedWindow:
      return take_window(counted, now);
    case LimitKind::SlidingCounter:
      return take_sliding_counter(counted, now);
    case LimitKind::SlidingLog:
      return take_log(counted, now);
    case LimitKind::Concurrency:
      break;
  }
  if (counted.count >= spec_.limit) return {.is_allowed = false, .retry_after = std::chrono::seconds{1}};
  return {.remaining = spec_.limit - ++counted.count};
}

void Limiter::release(std::string_view key) {
  if (spec_.kind == LimitKind::Concurrency) --by_key_.at(key).count;
}

// A token bucket is a leaky one seen from above: what was taken leaks back.
LimitAnswer Limiter::take_level(Counted& counted, WallTime now) const {
  const double per_nanosecond = static_cast<double>(spec_.limit) / static_cast<double>(spec_.per.count());
  const double leaked = static_cast<double>((now - counted.since).count()) * per_nanosecond;
  counted.level = std::max(0.0, counted.level - leaked);
  counted.since = now;
  const double free = static_cast<double>(spec_.limit) - counted.level;
  LimitAnswer answer{.is_allowed = free + 1e-9 >= 1};
  if (answer.is_allowed) {
    counted.level += 1;
  } else {
    answer.retry_after = nanoseconds_up((1 - free) / per_nanosecond);
  }
  answer.remaining =
      static_cast<std::int64_t>(std::floor(static_cast<double>(spec_.limit) - counted.level + 1e-9));
  answer.reset = nanoseconds_up(counted.level / per_nanosecond);
  return answer;
}

LimitAnswer Limiter::take_window(Counted& counted, WallTime now) const {
  const WallTime start = window_start(now, counted.since, spec_.per);
  if (start != counted.since) counted.count = 0;
  counted.since = start;
  LimitAnswer answer{.is_allowed = counted.count < spec_.limit, .reset = start + spec_.per - now};
  if (answer.is_allowed) ++counted.count;
  answer.remaining = spec_.limit - counted.count;
  if (!answer.is_allowed) answer.retry_after = answer.reset;
  return answer;
}

LimitAnswer Limiter::take_sliding_counter(Counted& counted, WallTime now) const {
  const WallTime start = window_start(now, counted.since, spec_.per);
  if (start != counted.since) {
    counted.before = start == counted.since + spec_.per ? counted.count : 0;
    counted.count = 0;
    counted.since = start;
  }
  const double gone = static_cast<double>((now - start).count()) / static_cast<double>(spec_.per.count());
  const double weighted =
      static_cast<double>(counted.before) * (1 - gone) + static_cast<double>(counted.count);
  LimitAnswer answer{.is_allowed = weighted + 1 <= static_cast<double>(spec_.limit) + 1e-9,
                     .reset = start + spec_.per - now};
  if (answer.is_allowed) ++counted.count;
  const double used = weighted + (answer.is_allowed ? 1 : 0);
  answer.remaining = std::max<std::int64_t>(
      0, static_cast<std::int64_t>(std::floor(static_cast<double>(spec_.limit) - used)));
  if (!answer.is_allowed) {
    // The share of the last window shrinks evenly; when even that is not enough, the next window begins
    // first.
    const double over = weighted + 1 - static_cast<double>(spec_.limit);
    const bool shrinks_enough =
        static_cast<double>(counted.before) * (1 - gone) >= over && counted.before > 0;
    answer.retry_after = shrinks_enough ? nanoseconds_up(over / static_cast<double>(counted.before) *
                                                         static_cast<double>(spec_.per.count()))
                                        : answer.reset;
  }
  return answer;
}

LimitAnswer Limiter::take_log(Counted& counted, WallTime now) const {
  while (!counted.log.empty() && counted.log.front() + spec_.per <= now) counted.log.pop_front();
  LimitAnswer answer{.is_allowed = std::ssize(counted.log) < spec_.limit};
  if (answer.is_allowed) counted.log.push_back(now);
  answer.remaining = spec_.limit - std::ssize(counted.log);
  answer.reset = counted.log.empty() ? Duration{0} : counted.log.back() + spec_.per - now;
  if (!answer.is_allowed) answer.retry_after = counted.log.front() + spec_.per - now;
  return answer;
}

void tell_limit(const LimitSpec& spec, const LimitAnswer& answer, WallTime now, kernel::Headers& headers) {
  const auto seconds = [](Duration d) {
    return std::to_string(std::chrono::ceil<std::chrono::seconds>(d).count());
  };
  const std::string limit = std::to_string(spec.limit);
  const std::string remaining = std::to_string(answer.remaining);
  const auto three = [&](const std::string& prefix, const std::string& reset) {
    headers.set(prefix + "Limit", limit);
    headers.set(prefix + "Remaining", remaining);
    headers.set(prefix + "Reset", reset);
  };
  const auto reset_at = (now + answer.reset).time_since_epoch();
  for (const LimitHeaders style : spec.headers) {
    switch (style) {
      case LimitHeaders::None:
        break;
      case LimitHeaders::XEpochSeconds:
        three("X-RateLimit-", seconds(reset_at));
        break;
      case LimitHeaders::XDeltaSeconds:
        three("X-RateLimit-", seconds(answer.reset));
        break;
      case LimitHeaders::XEpochMillis:
        three("X-RateLimit-", std::to_string(std::chrono::ceil<std::chrono::milliseconds>(reset_at).count()));
        break;
      case LimitHeaders::Draft06:
        three("RateLimit-", seconds(answer.reset));
        break;
      case LimitHeaders::Draft07:
        headers.set("RateLimit",
                    "limit=" + limit + ", remaining=" + remaining + ", reset=" + seconds(answer.reset));
        break;
      case LimitHeaders::Draft08:
        headers.set("RateLimit-Policy", "\"" + spec.name + "\";q=" + limit + ";w=" + seconds(spec.per));
        headers.set("RateLimit", "\"" + spec.name + "\";r=" + remaining + ";t=" + seconds(answer.reset));
        break;
    }
  }
  if (!answer.is_allowed && spec.sends_retry_after) headers.set("Retry-After", seconds(answer.retry_after));
}

}  // namespace mocks::stubs
