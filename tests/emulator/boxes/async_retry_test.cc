#include "emulator/lambda/async_retry.h"

#include <gtest/gtest.h>

namespace emulator::lambda {
namespace {

using kernel::Duration;
using namespace std::chrono_literals;

// facts/aws-delivery 5.3.
TEST(AsyncRetry, WaitsAsTheGuideSays) {
  struct Case {
    const char* name;
    Failure failure;
    int failures;
    Duration event_age;
    std::optional<Duration> wait;
  };
  const Case cases[] = {
      {"first function error", Failure::FunctionError, 1, 0s, 60s},
      {"second function error", Failure::FunctionError, 2, 60s, 120s},
      {"third is the last", Failure::FunctionError, 3, 180s, std::nullopt},
      {"throttles begin with a second", Failure::Throttled, 1, 0s, 1s},
      {"and double", Failure::Throttled, 2, 1s, 2s},
      {"again", Failure::Throttled, 3, 3s, 4s},
      {"eighth", Failure::Throttled, 8, 127s, 128s},
      {"ninth", Failure::Throttled, 9, 255s, 256s},
      {"to five minutes", Failure::Throttled, 10, 511s, 300s},
      {"and stay there", Failure::Throttled, 75, 5h, 300s},
      {"the service's own errors count like throttles", Failure::SystemError, 1, 0s, 1s},
      {"without using retries up", Failure::SystemError, 9, 255s, 256s},
      {"just young enough at its next attempt", Failure::Throttled, 80, 6h - 300s - 1ns, 300s},
      {"as old as the limit is too old", Failure::Throttled, 80, 6h - 300s, std::nullopt},
  };
  const AsyncRetry retry{AsyncRetryConfig{}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(retry.after(c.failure, c.failures, c.event_age).wait, c.wait);
  }
}

TEST(AsyncRetry, SaysWhyItGivesUp) {
  struct Case {
    const char* name;
    AsyncRetryConfig config;
    Failure failure;
    int failures;
    Duration event_age;
    GiveUp condition;
  };
  const Case cases[] = {
      {"no retries wanted",
       {.function_error_retries_max = 0},
       Failure::FunctionError,
       1,
       0s,
       GiveUp::RetriesExhausted},
      {"one retry wanted",
       {.function_error_retries_max = 1},
       Failure::FunctionError,
       2,
       60s,
       GiveUp::RetriesExhausted},
      {"age 60 s: recorded as one attempt",
       {.event_age_max = 60s},
       Failure::FunctionError,
       1,
       0s,
       GiveUp::EventAgeExceeded},
      {"age 90 s: recorded as two attempts",
       {.event_age_max = 90s},
       Failure::FunctionError,
       2,
       60s,
       GiveUp::EventAgeExceeded},
      {"retries are looked at first",
       {.event_age_max = 60s},
       Failure::FunctionError,
       3,
       1h,
       GiveUp::RetriesExhausted},
      {"throttles end by age only",
       {.event_age_max = 60s},
       Failure::Throttled,
       6,
       31s,
       GiveUp::EventAgeExceeded},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const RetryDecision decision = AsyncRetry{c.config}.after(c.failure, c.failures, c.event_age);
    EXPECT_FALSE(decision.wait);
    EXPECT_EQ(decision.condition, c.condition);
  }
}

TEST(AsyncRetry, TriesASecondTimeWithAnAgeOfNinetySeconds) {
  EXPECT_EQ(AsyncRetry{{.event_age_max = 90s}}.after(Failure::FunctionError, 1, 0s).wait, 60s);
}

}  // namespace
}  // namespace emulator::lambda
