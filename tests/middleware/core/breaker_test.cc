#include "middleware/core/breaker.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace core {
namespace {

using kernel::at;
using kernel::Timestamp;
using namespace std::chrono_literals;

/// Opens at two failures in a row for 1 s, then 3 s; two probes.
BreakerRules two_failures() {
  return {.trip = ConsecutiveFailures{2}, .open_for = {1s, 3s}, .probes = 2, .half_open_max = 6s};
}

void call(Breaker& breaker, Timestamp now, Sample sample, kernel::Duration took = 0ns) {
  auto permit = breaker.try_acquire(now);
  ASSERT_TRUE(permit);
  permit.record(sample, took, now);
}

void open(Breaker& breaker, Timestamp now) {
  call(breaker, now, Sample::Failed);
  call(breaker, now, Sample::Failed);
  ASSERT_EQ(breaker.state(now), BreakerState::Open);
}

TEST(Breaker, TellsARejectedCallerHowLongItStaysOpen) {
  Breaker breaker(two_failures());
  EXPECT_EQ(breaker.open_left(at(0s)), 0s);
  open(breaker, at(10s));
  EXPECT_EQ(breaker.open_left(at(10s)), 1s);
  EXPECT_EQ(breaker.open_left(at(10'999ms)), 1ms);
  EXPECT_FALSE(breaker.try_acquire(at(10'999ms)));
  EXPECT_EQ(breaker.open_left(at(11s)), 0s);
  EXPECT_TRUE(breaker.try_acquire(at(11s))) << "at the boundary a call is permitted";
  EXPECT_EQ(breaker.open_left(at(11s)), 0s);
}

TEST(Breaker, StaysOpenLongerEachTimeUntilItCloses) {
  Breaker breaker(two_failures());
  open(breaker, at(0s));
  call(breaker, at(1s), Sample::Failed);
  EXPECT_EQ(breaker.open_left(at(1s)), 3s);
  call(breaker, at(4s), Sample::Failed);
  EXPECT_EQ(breaker.open_left(at(4s)), 3s) << "the last one repeats";
  call(breaker, at(7s), Sample::Success);
  call(breaker, at(7s), Sample::Success);
  EXPECT_EQ(breaker.state(at(7s)), BreakerState::Closed);
  open(breaker, at(8s));
  EXPECT_EQ(breaker.open_left(at(8s)), 1s) << "and closing starts over";
}

TEST(Breaker, PermitsAsManyProbesAsTheRulesSay) {
  Breaker breaker(two_failures());
  open(breaker, at(0s));
  auto first = breaker.try_acquire(at(1s));
  auto second = breaker.try_acquire(at(1s));
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(breaker.try_acquire(at(1s)));
  first.record(Sample::Success, 0s, at(2s));
  EXPECT_FALSE(breaker.try_acquire(at(2s))) << "a probe that ended keeps its place in the round";
  second.record(Sample::Success, 0s, at(2s));
  EXPECT_EQ(breaker.state(at(2s)), BreakerState::Closed);
}

TEST(Breaker, GetsTheSlotOfALostProbeBack) {
  Breaker breaker(two_failures());
  open(breaker, at(0s));
  {
    auto lost = breaker.try_acquire(at(1s));
    auto moved = std::move(lost);
    auto other = breaker.try_acquire(at(1s));
    EXPECT_FALSE(breaker.try_acquire(at(1s)));
  }
  auto first = breaker.try_acquire(at(1s));
  auto second = breaker.try_acquire(at(1s));
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(breaker.try_acquire(at(1s)));
}

TEST(Breaker, DropsTheResultOfACallThatBeganBeforeTheLastChange) {
  Breaker breaker(two_failures());
  auto old_success = breaker.try_acquire(at(0s));
  auto old_failure = breaker.try_acquire(at(0s));
  open(breaker, at(0s));
  auto probe = breaker.try_acquire(at(1s));
  old_failure.record(Sample::Failed, 1s, at(1s));
  old_success.record(Sample::Success, 1s, at(1s));
  EXPECT_EQ(breaker.state(at(1s)), BreakerState::HalfOpen);
  EXPECT_TRUE(breaker.try_acquire(at(1s))) << "it did not give back a slot that it never had";
}

TEST(Breaker, LeavesHalfOpenWhenNoProbeDecides) {
  for (const bool closes : {false, true}) {
    SCOPED_TRACE(closes);
    BreakerRules rules = two_failures();
    rules.half_open_max_closes = closes;
    Breaker breaker(rules);
    open(breaker, at(0s));
    auto hanging = breaker.try_acquire(at(1s));
    EXPECT_EQ(breaker.state(at(6'999ms)), BreakerState::HalfOpen);
    EXPECT_EQ(breaker.state(at(7s)), closes ? BreakerState::Closed : BreakerState::Open);
    if (!closes) {
      EXPECT_EQ(breaker.open_left(at(8s)), 2s) << "the open time counts from when it was due";
    }
    hanging.record(Sample::Success, 7s, at(8s));
    EXPECT_EQ(breaker.state(at(8s)), closes ? BreakerState::Closed : BreakerState::Open);
  }
}

TEST(Breaker, CountsSlowSuccessesAndOnlyStrictlySlowOnes) {
  const BreakerRules rules{
      .trip = CountWindow{4}, .calls_min = 4, .failed_percent = 50, .slow_percent = 50, .slow_above = 1s};
  Breaker breaker(rules);
  for (int i = 0; i < 8; ++i) call(breaker, at(0s), Sample::Success, 1s);
  EXPECT_EQ(breaker.state(at(0s)), BreakerState::Closed);
  call(breaker, at(0s), Sample::Success, 1s + 1ns);
  call(breaker, at(0s), Sample::Success, 1s + 1ns);
  EXPECT_EQ(breaker.state(at(0s)), BreakerState::Open);
}

TEST(Breaker, ForgetsResultsThatLeftTheTimeWindow) {
  struct Case {
    const char* name;
    kernel::Duration offset;
    kernel::Timestamp second_failure;
    BreakerState state;
  };
  const Case cases[] = {
      {"same bucket", 0s, at(1'900ms), BreakerState::Open},
      {"last bucket of the window", 0s, at(10'999ms), BreakerState::Open},
      {"one bucket later", 0s, at(11s), BreakerState::Closed},
      {"a ring later", 0s, at(101s), BreakerState::Closed},
      {"buckets that begin half a second earlier", 500ms, at(10'499ms), BreakerState::Open},
      {"and end earlier", 500ms, at(10'500ms), BreakerState::Closed},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Breaker breaker({.trip = TimeWindow{.length = 10s, .bucket = 1s, .offset = c.offset}, .calls_min = 2});
    call(breaker, at(1s), Sample::Failed);
    call(breaker, c.second_failure, Sample::Failed);
    EXPECT_EQ(breaker.state(c.second_failure), c.state);
  }
}

TEST(Breaker, TellsItsListenerEachChangeAndWhy) {
  std::vector<std::string> told;
  Breaker breaker({.trip = CountWindow{10}, .calls_min = 2, .open_for = {1s}, .probes = 1},
                  [&told](BreakerState from, BreakerState to, std::string_view why) {
                    told.push_back(std::string(to_text(from)) + " -> " + std::string(to_text(to)) + ": " +
                                   std::string(why));
                  });
  call(breaker, at(0s), Sample::Success);
  call(breaker, at(0s), Sample::Failed, 5s);
  call(breaker, at(1s), Sample::Failed);
  call(breaker, at(2s), Sample::Success);
  breaker.reset(at(3s));
  breaker.force_open(at(3s));
  breaker.force_open(at(3s));
  breaker.release(at(3s));
  EXPECT_FALSE(breaker.try_acquire(at(1000s)));
  breaker.release(at(1000s));
  breaker.disable(at(1000s));
  breaker.enable(at(1000s));
  breaker.open(at(1000s));
  EXPECT_EQ(told, (std::vector<std::string>{
                      "closed -> open: 1 of 2 calls failed, 1 were slow",
                      "open -> half_open: the open time is over",
                      "half_open -> open: 1 of 1 probes failed",
                      "open -> half_open: the open time is over",
                      "half_open -> closed: the probes succeeded",
                      "closed -> forced_open: forced by an operator",
                      "forced_open -> closed: released by an operator",
                      "closed -> disabled: disabled by an operator",
                      "disabled -> closed: enabled by an operator",
                      "closed -> open: opened by an operator",
                  }));
}

TEST(Breaker, RecordsNothingWhileDisabled) {
  Breaker breaker(two_failures());
  breaker.disable(at(0s));
  for (int i = 0; i < 5; ++i) call(breaker, at(0s), Sample::Failed);
  breaker.enable(at(1s));
  call(breaker, at(1s), Sample::Failed);
  EXPECT_EQ(breaker.state(at(1s)), BreakerState::Closed);
}

}  // namespace
}  // namespace core
