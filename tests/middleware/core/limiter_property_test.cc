// What limiters and bulkheads keep whoever comes when.
#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "middleware/core/bulkhead.h"
#include "middleware/core/rate_limiter.h"
#include "tests/middleware/core/property.h"

namespace core_tests {
namespace {

using core::RateLimiter;
using kernel::Duration;
using kernel::Timestamp;
using namespace std::chrono_literals;

/// Starts of calls that come as they like; some give their reservation back, at once or while they wait.
std::vector<Timestamp> starts_of(RateLimiter& limiter, Duration wait_max) {
  std::vector<Timestamp> starts;
  std::vector<RateLimiter::Reservation> waiting;
  Timestamp now{};
  for (const Happening& h : happenings(300, 6)) {
    now += 1ms * h.after;
    std::erase_if(waiting, [now](const auto& w) { return w.start <= now; });
    if (h.what == 1 && !waiting.empty()) {
      const auto gone = waiting.begin() + h.which % static_cast<std::int64_t>(waiting.size());
      limiter.give_back(*gone);
      starts.erase(std::ranges::find(starts, gone->start));
      waiting.erase(gone);
    }
    const auto got = limiter.reserve(now, wait_max);
    if (!got) {
      const auto retry = limiter.retry_at(now);
      RC_ASSERT(retry && *retry > now);
      continue;
    }
    RC_ASSERT(got->start >= now);
    RC_ASSERT(got->start <= now + wait_max);
    if (h.what == 0) {
      limiter.give_back(*got);
      continue;
    }
    if (!starts.empty()) RC_ASSERT(got->start >= starts.back());
    starts.push_back(got->start);
    if (got->start > now) waiting.push_back(*got);
  }
  return starts;
}

/// The most starts in any span that is closed at its begin and open at its end.
std::int64_t most_within(const std::vector<Timestamp>& starts, Duration span) {
  std::int64_t most = 0;
  for (auto first = starts.begin(); first != starts.end(); ++first) {
    const auto end = std::ranges::lower_bound(first, starts.end(), *first + span);
    most = std::max<std::int64_t>(most, end - first);
  }
  return most;
}

PROPERTY(TokenBucket, LetsNoMoreThroughInAnySpanThanItsBurstAndRate) {
  const core::TokenBucketRules rules{
      .tokens = between(1, 20), .per = 1ms * between(1, 2000), .capacity = between(1, 10)};
  RateLimiter limiter({.limits = {rules}, .wait_max = 1h});
  const auto starts = starts_of(limiter, 1ms * between(0, 3000));
  for (const Duration span : {Duration{1}, Duration{10ms}, Duration{100ms}, Duration{1s}, Duration{7s}}) {
    const std::int64_t refilled = (span.count() * rules.tokens + rules.per.count() - 1) / rules.per.count();
    RC_ASSERT(most_within(starts, span) <= rules.capacity + refilled);
  }
}

PROPERTY(TokenBucket, NeverHoldsLessThanNothingOrMoreThanItsCapacity) {
  const core::TokenBucketRules rules{
      .tokens = between(1, 20), .per = 1ms * between(1, 2000), .capacity = between(1, 10)};
  core::TokenBucket bucket(rules);
  Timestamp now{};
  for (const Happening& h : happenings(300, 3)) {
    now += 1ms * h.after;
    const std::int64_t cost = h.which % 3 + 1;
    const auto start = bucket.earliest(now, cost);
    RC_ASSERT(start.has_value() == (cost <= rules.capacity));
    if (start && h.what == 0) bucket.take(now, *start, cost);
    if (h.what == 1) bucket.give_back(now, cost);
    if (h.what == 2 && h.which == 0) bucket.restart(now + 1s);
    RC_ASSERT(bucket.tokens(now) >= 0);
    RC_ASSERT(bucket.tokens(now) <= static_cast<double>(rules.capacity));
  }
}

PROPERTY(SlidingLog, LetsNoMoreThroughInAnyWindowThanItsLimit) {
  const core::SlidingLogRules rules{.limit = between(1, 8), .window = 1ms * between(1, 2000)};
  RateLimiter limiter({.limits = {rules}, .wait_max = 1h});
  RC_ASSERT(most_within(starts_of(limiter, 1ms * between(0, 3000)), rules.window) <= rules.limit);
}

PROPERTY(FixedWindow, LetsAtMostTwiceItsLimitThroughInAnyWindow) {
  const core::FixedWindowRules rules{.limit = between(1, 8), .window = 1ms * between(1, 2000)};
  RateLimiter limiter({.limits = {rules}, .wait_max = 1h});
  RC_ASSERT(most_within(starts_of(limiter, 1ms * between(0, 3000)), rules.window) <= 2 * rules.limit);
}

PROPERTY(Cycles, LetNoMoreThroughInACycleThanItsLimit) {
  const core::CycleRules rules{.limit = between(1, 8), .cycle = 1ms * between(1, 2000)};
  RateLimiter limiter({.limits = {rules}, .wait_max = 1h});
  std::map<std::int64_t, std::int64_t> in_cycle;
  for (const Timestamp start : starts_of(limiter, 1ms * between(0, 3000)))
    RC_ASSERT(++in_cycle[start.time_since_epoch() / rules.cycle] <= rules.limit);
}

PROPERTY(RateLimiter, KeepsAllOfItsLimitsAtOnce) {
  const core::TokenBucketRules bucket{.tokens = between(1, 10), .per = 100ms, .capacity = between(1, 5)};
  const core::SlidingLogRules log{.limit = between(1, 20), .window = 1ms * between(500, 3000)};
  RateLimiter limiter({.limits = {bucket, log}, .wait_max = 1h});
  const auto starts = starts_of(limiter, 1ms * between(0, 3000));
  RC_ASSERT(most_within(starts, log.window) <= log.limit);
  RC_ASSERT(most_within(starts, 100ms) <= bucket.capacity + bucket.tokens);
}

PROPERTY(RateLimiter, StartsNothingInAPauseAndNoBurstAfterIt) {
  const core::TokenBucketRules rules{.tokens = between(1, 10), .per = 100ms, .capacity = between(1, 10)};
  RateLimiter limiter({.limits = {rules}, .wait_max = 1h, .pause_max = 2s});
  Timestamp now{};
  Timestamp pause_end{};
  std::vector<Timestamp> after_pause;
  for (const Happening& h : happenings(200, 8)) {
    now += 1ms * h.after;
    if (h.what == 0) {
      limiter.pause(now, 1ms * h.which * 3);
      if (now + limiter.pause_left(now) > pause_end) after_pause.clear();
      if (limiter.pause_left(now) > 0ns) pause_end = std::max(pause_end, now + limiter.pause_left(now));
      RC_ASSERT(limiter.pause_left(now) <= 2s);
      continue;
    }
    const auto got = limiter.reserve(now, 1s);
    if (!got) continue;
    RC_ASSERT(limiter.is_valid(*got));
    if (pause_end == Timestamp{}) continue;
    RC_ASSERT(got->start >= pause_end);
    after_pause.push_back(got->start);
    const auto refilled = ((got->start - pause_end).count() * rules.tokens) / rules.per.count();
    RC_ASSERT(static_cast<std::int64_t>(after_pause.size()) <= refilled);
  }
}

PROPERTY(Bulkhead, RunsAndQueuesNoMoreThanItMayAndInOrder) {
  const core::BulkheadRules rules{
      .running_max = between(1, 5), .waiting_max = between(0, 5), .drops_oldest = between(0, 1) == 1};
  core::Bulkhead bulkhead(rules);
  std::int64_t running = 0;
  std::vector<core::Bulkhead::Ticket> queue;  // a model of it
  for (const Happening& h : happenings(0, 4)) {
    if (h.what <= 1) {
      const auto entered = bulkhead.enter();
      using Entry = core::Bulkhead::Entry;
      if (entered.entry == Entry::Runs) {
        RC_ASSERT(queue.empty());
        ++running;
      }
      if (entered.dropped) {
        RC_ASSERT(*entered.dropped == queue.front());
        queue.erase(queue.begin());
      }
      if (entered.entry == Entry::Waits) queue.push_back(entered.ticket);
      if (entered.entry == Entry::Full)
        RC_ASSERT(static_cast<std::int64_t>(queue.size()) == rules.waiting_max);
    } else if (h.what == 2 && running > 0) {
      const auto next = bulkhead.leave();
      RC_ASSERT(next.has_value() == !queue.empty());
      if (next) {
        RC_ASSERT(*next == queue.front());
        queue.erase(queue.begin());
      } else {
        --running;
      }
    } else if (h.what == 3 && !queue.empty()) {
      const auto index = static_cast<std::size_t>(h.which) % queue.size();
      RC_ASSERT(bulkhead.give_up(queue[index]));
      RC_ASSERT(!bulkhead.give_up(queue[index]));
      queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(index));
    }
    RC_ASSERT(bulkhead.running() == running);
    RC_ASSERT(running <= rules.running_max);
    RC_ASSERT(bulkhead.waiting() == static_cast<std::int64_t>(queue.size()));
    RC_ASSERT(bulkhead.waiting() <= rules.waiting_max);
    if (!queue.empty()) RC_ASSERT(running == rules.running_max);
  }
}

}  // namespace
}  // namespace core_tests
