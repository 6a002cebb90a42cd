#include "middleware/core/rate_limiter.h"

#include <algorithm>

namespace core {

using kernel::Duration;
using kernel::Timestamp;

namespace {

template <class... F>
struct Cases : F... {
  using F::operator()...;
};

TokenBucketRules part_of(TokenBucketRules rules, std::int64_t among) {
  if (among == 1) return rules;
  // As many tokens in a longer time: whole numbers stay whole.
  rules.capacity = std::max<std::int64_t>(1, rules.capacity / among);
  rules.per *= among;
  if (rules.initial) rules.initial = std::min(rules.capacity, *rules.initial / among);
  return rules;
}

/// Of a law that counts in windows: fewer calls, or one in so many windows that all together keep the limit.
template <class Rules>
Rules part_of(Rules rules, Duration Rules::* window, std::int64_t among) {
  if (among == 1) return rules;
  if (rules.limit < among) rules.*window *= (among + rules.limit - 1) / rules.limit;
  rules.limit = std::max<std::int64_t>(1, rules.limit / among);
  return rules;
}

}  // namespace

RateLimiter::RateLimiter(RateRules rules) : rules_(std::move(rules)) { make_laws(); }

void RateLimiter::make_laws() {
  const Cases make{
      [n = among_](const TokenBucketRules& r) -> Law { return TokenBucket(part_of(r, n)); },
      [n = among_](const FixedWindowRules& r) -> Law {
        return FixedWindow(part_of(r, &FixedWindowRules::window, n));
      },
      [n = among_](const SlidingLogRules& r) -> Law {
        return SlidingLog(part_of(r, &SlidingLogRules::window, n));
      },
      [n = among_](const CycleRules& r) -> Law { return Cycles(part_of(r, &CycleRules::cycle, n)); }};
  laws_.clear();
  for (const RateLawRules& limit : rules_.limits) laws_.push_back(std::visit(make, limit));
}

void RateLimiter::share(std::int64_t among, Timestamp when) {
  if (rules_.limits.empty()) return;
  among_ = among;
  make_laws();
  ++pauses_;
  waiting_.clear();
  not_before_ = std::max(not_before_, when);
  for (Law& law : laws_) std::visit([&](auto& l) { l.restart(not_before_); }, law);
}

std::optional<Timestamp> RateLimiter::retry_at(Timestamp now, std::int64_t cost) const {
  Timestamp start = std::max(now, not_before_);
  if (laws_.size() == 1)
    return std::visit([&](const auto& law) { return law.earliest(start, cost); }, laws_.front());
  // Each limit may put the start off for the others.
  for (bool settled = false; !settled;) {
    settled = true;
    for (const Law& law : laws_) {
      const auto earliest = std::visit([&](const auto& l) { return l.earliest(start, cost); }, law);
      if (!earliest) return std::nullopt;
      if (*earliest > start) settled = false;
      start = *earliest;
    }
  }
  return start;
}

std::optional<RateLimiter::Reservation> RateLimiter::reserve(Timestamp now, Duration wait_max,
                                                             std::int64_t cost) {
  forget_started(now);
  const auto start = retry_at(now, cost);
  const bool in_time = start && *start - now <= std::min(wait_max, rules_.wait_max);
  const bool is_crowded = in_time && *start > now && rules_.waiting_max &&
                          static_cast<std::int64_t>(waiting_.size()) >= *rules_.waiting_max;
  if (!in_time || is_crowded) {
    for (Law& law : laws_) std::visit([&](auto& l) { l.refuse(now, cost); }, law);
    return std::nullopt;
  }
  for (Law& law : laws_) std::visit([&](auto& l) { l.take(now, *start, cost); }, law);
  if (*start > now && rules_.waiting_max) waiting_.push_back(*start);
  return Reservation{*start, pauses_};
}

void RateLimiter::forget_started(Timestamp now) {
  while (!waiting_.empty() && waiting_.front() <= now) waiting_.pop_front();
}

void RateLimiter::give_back(const Reservation& reservation, std::int64_t cost) {
  if (!is_valid(reservation)) return;
  for (Law& law : laws_) std::visit([&](auto& l) { l.give_back(reservation.start, cost); }, law);
  const auto waits = std::ranges::find(waiting_, reservation.start);
  if (waits != waiting_.end()) waiting_.erase(waits);
}

void RateLimiter::pause(Timestamp now, Duration wait) {
  if (!rules_.obeys_server || wait.count() <= 0) return;
  const Timestamp until = now + std::min(wait, rules_.pause_max);
  if (until <= not_before_) return;
  not_before_ = until;
  ++pauses_;
  waiting_.clear();
  for (Law& law : laws_) std::visit([&](auto& l) { l.restart(until); }, law);
}

void RateLimiter::heed(Timestamp now, const RateLimitHint& hint) {
  if (hint.remaining == 0) pause(now, hint.reset);
}

Duration RateLimiter::pause_left(Timestamp now) const { return std::max(Duration{0}, not_before_ - now); }

}  // namespace core
