#include "emulator/bus/delivery_retry.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/emulator/bus/bus_support.h"

namespace emulator::bus {
namespace {

using kernel::Duration;

// facts/aws-delivery 1.6: doubling to a ceiling, with jitter.
TEST(DeliveryRetry, DoublesToTheCeilingAndJittersHalfAway) {
  struct Case {
    int failures;
    double luck;
    Duration wait;
  };
  const Case cases[] = {{1, 0, 500ms}, {1, 0.5, 750ms}, {2, 0, 1s},    {3, 0.5, 3s},
                        {10, 0, 256s}, {10, 0.5, 384s}, {11, 0, 256s}, {185, 0.5, 384s}};
  for (const Case& c : cases) {
    const DeliveryDecision decision = after_failure({}, c.failures, 0s, c.luck);
    EXPECT_EQ(decision.wait, c.wait) << c.failures << " " << c.luck;
    EXPECT_EQ(decision.exhausted, "");
  }
}

TEST(DeliveryRetry, TakesItsBaseItsCeilingAndItsJitterFromTheSettings) {
  struct Case {
    DeliveryRetryConfig config;
    int failures;
    double luck;
    Duration wait;
  };
  const Case cases[] = {{{.base = 3s}, 3, 0, 6s},
                        {{.wait_max = 10s}, 60, 0.5, 7500ms},
                        {{.jitter = 0}, 4, 0, 8s},
                        {{.jitter = 1}, 4, 0, 0s},
                        {{.jitter = 0.25}, 4, 0, 6s}};
  for (const Case& c : cases) EXPECT_EQ(after_failure(c.config, c.failures, 0s, c.luck).wait, c.wait);
}

TEST(DeliveryRetry, EndsByAttemptsOrAgeWhicheverComesFirst) {
  struct Case {
    const char* name;
    DeliveryRetryConfig config;
    int failures;
    Duration age;
    std::string_view exhausted;
  };
  const Case cases[] = {{"the 185th retry is made", {}, 185, 0s, ""},
                        {"and is the last", {}, 186, 0s, "MaximumRetryAttempts"},
                        {"none wanted", {.attempts_max = 0}, 1, 0s, "MaximumRetryAttempts"},
                        {"exactly as old as allowed", {.event_age_max = 60s}, 1, 59500ms, ""},
                        {"older", {.event_age_max = 60s}, 1, 59500ms + 1ns, "MaximumEventAgeInSeconds"},
                        {"attempts are looked at first",
                         {.attempts_max = 3, .event_age_max = 60s},
                         4,
                         1h,
                         "MaximumRetryAttempts"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(after_failure(c.config, c.failures, c.age, 0).exhausted, c.exhausted);
  }
}

struct Ended {
  std::vector<Duration> asked_at;
  std::string attempts;
  std::string condition;
  Lines ends;
};

Ended never_taken(const DeliveryRetryConfig& retry) {
  BusBench bench({rule("orders", kOrders, {with_dead_letter(with_retry(to_function(), retry))})});
  bench.functions.script = {throttled()};
  bench.put();
  bench.run_to(48h);
  const auto dead = bench.received("orders-dlq");
  CHECK(dead.size() == 1);
  return {bench.functions.asked_at, dead[0].attributes[4].value, dead[0].attributes[5].value,
          bench.journal.ends_of(kEvent)};
}

TEST(DeliverySchedule, WithoutJitterADayHoldsOneHundredAndSeventySevenAttempts) {
  const Ended ended = never_taken({.jitter = 0});
  std::vector<Duration> expected = {0s, 1s, 3s, 7s, 15s, 31s, 63s, 127s, 255s, 511s};
  for (Duration at = 1023s; at <= 24h; at += 512s) expected.push_back(at);
  EXPECT_EQ(ended.asked_at, expected);
  EXPECT_EQ(expected.size(), 177U);
  EXPECT_EQ(ended.attempts, "176");
  EXPECT_EQ(ended.condition, "MaximumEventAgeInSeconds");
  EXPECT_EQ(ended.ends, Lines{"23h53m35s dead_lettered bus: THROTTLING, MaximumEventAgeInSeconds"});
}

TEST(DeliverySchedule, WithShorterWaitsTheOneHundredAndEightyFifthRetryIsTheLast) {
  const Ended ended = never_taken({.wait_max = 256s, .jitter = 0});
  std::vector<Duration> expected = {0s, 1s, 3s, 7s, 15s, 31s, 63s, 127s, 255s};
  while (expected.size() < 186) expected.push_back(expected.back() + 256s);
  EXPECT_EQ(ended.asked_at, expected);
  EXPECT_EQ(ended.attempts, "185");
  EXPECT_EQ(ended.condition, "MaximumRetryAttempts");
}

TEST(DeliverySchedule, WithJitterEveryInstantIsTheSeeds) {
  BusBench bench({rule("orders", kOrders, {with_dead_letter(to_function())})});
  bench.functions.script = {throttled()};
  bench.put();
  bench.run_to(24h);
  const std::string draws = rule_arn(kSource, "orders") + "/t";
  std::vector<Duration> expected = {0s};
  for (std::uint64_t n = 1; n <= 185; ++n) {
    const double luck = kernel::draw_unit({7, draws, bench.results[0].event_id, n, "bus retry jitter"});
    const double grown = std::min(std::pow(2.0, static_cast<double>(n - 1)) * 1e9, 512e9);
    const Duration at = expected.back() + Duration{std::llround(grown * (1 - 0.5 * (1 - luck)))};
    if (at > 24h) break;
    expected.push_back(at);
  }
  EXPECT_EQ(bench.functions.asked_at, expected);
  EXPECT_EQ(bench.functions.asked_at.size(), 186U)
      << "with half of the waits away on average, attempts end it";
}

}  // namespace
}  // namespace emulator::bus
