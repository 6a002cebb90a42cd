#include "emulator/topics/delivery_retry.h"

#include <gtest/gtest.h>

#include <vector>

namespace emulator::topics {
namespace {

using kernel::at;
using kernel::Duration;
using namespace std::chrono_literals;

/// When the attempts are made, from the first on, and nothing when the last failed.
std::vector<Duration> instants(const RetrySchedule& schedule, std::size_t count) {
  const DeliveryRetry retry(schedule);
  std::vector<Duration> all = {0s};
  while (all.size() < count) {
    const auto wait = retry.wait_after(static_cast<std::int64_t>(all.size()));
    if (!wait) break;
    all.push_back(all.back() + *wait);
  }
  return all;
}

// facts/aws-delivery 2.4: 3 at once, 2 after a second, 10 from 1 s to 20 s, then every 20 s.
TEST(DeliveryRetry, GoesThroughTheFourPhasesForQueuesAndFunctions) {
  const std::vector<Duration> expected = {0s,       0s,       0s,       0s,      // at once
                                          1s,       2s,                          // pre-backoff
                                          3s,       4395ms,   6341ms,   9055ms,  // backoff
                                          12'841ms, 18'123ms, 25'491ms, 35'769ms,
                                          50'106ms, 70'106ms, 90'106ms, 110'106ms};  // post-backoff
  EXPECT_EQ(instants(managed_schedule(), expected.size()), expected);
}

TEST(DeliveryRetry, GivesQueuesAndFunctionsAHundredThousandRetriesIn23Days) {
  const DeliveryRetry retry(managed_schedule());
  EXPECT_EQ(retry.schedule().retries(), 100'015);
  EXPECT_EQ(retry.wait_after(100'015), 20s) << "the last retry";
  EXPECT_EQ(retry.wait_after(100'016), std::nullopt);
  EXPECT_EQ(retry.window(), 100'000 * 20s + 2s + 68'106ms);
  EXPECT_EQ(std::chrono::floor<std::chrono::days>(retry.window()), std::chrono::days{23});
}

TEST(DeliveryRetry, TriesHttpThreeTimesMoreTwentySecondsApart) {
  EXPECT_EQ(instants(http_schedule(), 100), (std::vector<Duration>{0s, 20s, 40s, 60s}));
}

TEST(DeliveryRetry, GrowsAsTheFunctionSays) {
  struct Case {
    const char* name;
    Backoff function;
    std::vector<Duration> waits;
  };
  const Case cases[] = {{"a straight line", Backoff::Linear, {10s, 30s, 50s, 70s, 90s}},
                        {"steps of 8, 16, 24, 32 s", Backoff::Arithmetic, {10s, 18s, 34s, 58s, 90s}},
                        {"steps that double", Backoff::Geometric, {10s, 15'333ms, 26s, 47'333ms, 90s}},
                        {"a constant factor", Backoff::Exponential, {10s, 17'321ms, 30s, 51'962ms, 90s}}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const DeliveryRetry retry({.backoff = 5, .wait_min = 10s, .wait_max = 90s, .function = c.function});
    std::vector<Duration> waits;
    for (std::int64_t failures = 1; const auto wait = retry.wait_after(failures); ++failures)
      waits.push_back(*wait);
    EXPECT_EQ(waits, c.waits);
    Duration sum{};
    for (const Duration wait : waits) sum += wait;
    EXPECT_EQ(retry.window(), sum);
  }
}

TEST(DeliveryRetry, MayHaveEmptyPhases) {
  EXPECT_EQ(instants({.backoff = 0}, 10), std::vector<Duration>{0s}) << "numRetries 0";
  EXPECT_EQ(
      instants(
          {.at_once = 2, .pre_backoff = 1, .backoff = 1, .post_backoff = 1, .wait_min = 1s, .wait_max = 9s},
          10),
      (std::vector<Duration>{0s, 0s, 0s, 1s, 2s, 11s}));
}

TEST(Verdict, TellsErrorsOfTheServerFromThoseOfTheClient) {
  struct Case {
    int status;
    On429 on_429;
    Verdict verdict;
  };
  const Case cases[] = {{200, On429::Again, Verdict::Delivered},   {204, On429::Again, Verdict::Delivered},
                        {299, On429::Again, Verdict::Delivered},   {301, On429::Again, Verdict::Never},
                        {400, On429::Delivered, Verdict::Never},   {404, On429::Again, Verdict::Never},
                        {429, On429::Again, Verdict::Again},       {429, On429::Refused, Verdict::Never},
                        {429, On429::Delivered, Verdict::Unheard}, {499, On429::Again, Verdict::Never},
                        {500, On429::Again, Verdict::Again},       {503, On429::Delivered, Verdict::Again},
                        {100, On429::Again, Verdict::Never}};
  for (const Case& c : cases) EXPECT_EQ(verdict_of_status(c.status, c.on_429), c.verdict) << c.status;
}

TEST(ReceiveThrottle, SpacesReceiptsEvenly) {
  ReceiveThrottle throttle;
  EXPECT_EQ(throttle.take(at(5s), 4), at(5s));
  EXPECT_EQ(throttle.take(at(5s), 4), at(5250ms));
  EXPECT_EQ(throttle.take(at(5100ms), 4), at(5500ms));
  EXPECT_EQ(throttle.take(at(9s), 4), at(9s)) << "what was not used is not saved up";
  EXPECT_EQ(throttle.take(at(9s), 4), at(9250ms));
}

}  // namespace
}  // namespace emulator::topics
