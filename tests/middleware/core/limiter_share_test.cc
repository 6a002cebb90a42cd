// Several instances that keep the limits of one vendor together.
#include <gtest/gtest.h>

#include "middleware/core/rate_limiter.h"

namespace core_tests {
namespace {

using core::RateLawRules;
using core::RateLimiter;
using kernel::at;
using kernel::Duration;
using kernel::Timestamp;
using namespace std::chrono_literals;

/// Calls that start in [from, to) when as many come as may.
int starts_in(RateLimiter& limiter, Timestamp from, Timestamp to) {
  int starts = 0;
  for (Timestamp now = from; now < to; now += 1ms) {
    while (limiter.reserve(now, Duration{0})) ++starts;
  }
  return starts;
}

TEST(RateLimiter, KeepsItsPartOfALimitThatIsShared) {
  struct Case {
    const char* name;
    RateLawRules rules;
    std::int64_t among;
    int starts;  // within ten seconds, from the second on in which the share begins
  };
  const Case cases[] = {
      {"bucket", core::TokenBucketRules{.tokens = 10, .per = 1s, .capacity = 10}, 4, 24},
      {"bucket of fewer tokens", core::TokenBucketRules{.tokens = 1, .per = 1s, .capacity = 1}, 4, 2},
      {"window", core::FixedWindowRules{.limit = 8, .window = 1s}, 4, 20},
      {"window of fewer calls", core::FixedWindowRules{.limit = 2, .window = 1s}, 4, 5},
      {"log", core::SlidingLogRules{.limit = 8, .window = 1s}, 4, 20},
      {"cycles", core::CycleRules{.limit = 8, .cycle = 1s}, 4, 20},
      {"alone", core::TokenBucketRules{.tokens = 10, .per = 1s, .capacity = 10}, 1, 99},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    RateLimiter limiter({.limits = {c.rules}});
    limiter.share(c.among, at(1s));
    EXPECT_EQ(starts_in(limiter, at(0s), at(1s)), 0);
    EXPECT_EQ(starts_in(limiter, at(1s), at(11s)), c.starts);
  }
}

TEST(RateLimiter, HasReservationsMadeAgainWhenItsPartChanges) {
  RateLimiter limiter({.limits = {core::TokenBucketRules{.tokens = 1, .per = 1s, .capacity = 1}}});
  ASSERT_TRUE(limiter.reserve(at(0s), 5s));
  const auto waits = limiter.reserve(at(0s), 5s);
  ASSERT_TRUE(waits);
  limiter.share(2, at(0s));
  EXPECT_FALSE(limiter.is_valid(*waits));
  EXPECT_EQ(limiter.retry_at(at(0s)), at(2s));
}

TEST(RateLimiter, SharesNothingWhereThereIsNoLimit) {
  RateLimiter limiter({});
  limiter.share(4, at(10s));
  EXPECT_EQ(limiter.reserve(at(0s), 0s)->start, at(0s));
}

}  // namespace
}  // namespace core_tests
