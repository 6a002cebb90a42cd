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

}  // namespace

RateLimiter::RateLimiter(RateRules rules) : rules_(std::move(rules)) {
  const Cases make{[](const TokenBucketRules& r) -> Law { return TokenBucket(r); },
                   [](const FixedWindowRules& r) -> Law { return FixedWindow(r); },
                   [](const SlidingLogRules& r) -> Law { return SlidingLog(r); },
                   [](const CycleRules& r) -> Law { return Cycles(r); }};
  for (const RateLawRules& limit : rules_.limits) laws_.push_back(std::visit(make, limit));
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
