// What functions share, and why they are throttled. facts/aws-delivery 5.2, 5.4.
#include "tests/emulator/boxes/lambda_support.h"

namespace emulator::lambda {
namespace {

std::size_t running(const LambdaWorld& world) {
  return static_cast<std::size_t>(std::ranges::count_if(world.journal.hops, &RecordingJournal::Hop::is_open));
}

TEST(LambdaAccount, SharesWhatNoFunctionHasReserved) {
  LambdaWorld world({.concurrency = 5});
  world.code.takes = 10s;
  world.add({.name = "reserved", .concurrency = 3, .cold_start = 0s});
  world.add({.name = "a", .cold_start = 0s});
  world.add({.name = "b", .cold_start = 0s});
  EXPECT_EQ(world.lambda.account().unreserved, 2);
  for (const char* function : {"a", "b", "a", "b", "reserved"}) world.invoke(kEvent, "{}", function);
  EXPECT_EQ(world.journal.timeline(kernel::Stage::Invoke),
            (Lines{"0s.. a #1", "0s.. b #1", "0s a #1 throttled 429 TooManyRequestsException",
                   "0s b #1 throttled 429 TooManyRequestsException", "0s.. reserved #1"}));
  EXPECT_EQ(world.journal.hops[2].response,
            R"({"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."})");
}

TEST(LambdaAccount, NamesTheReasonOfAThrottle) {
  struct Case {
    const char* name;
    AccountConfig account;
    std::optional<std::int64_t> reserved;
    int before;  ///< invocations that run already
    std::string reason;
  };
  const Case cases[] = {
      {"all of the account is busy", {.concurrency = 2}, {}, 2, "ConcurrentInvocationLimitExceeded"},
      {"all of the function is", {}, 2, 2, "ReservedFunctionConcurrentInvocationLimitExceeded"},
      {"new environments too fast",
       {.environments_per_10s = 2},
       {},
       2,
       "FunctionInvocationRateLimitExceeded"},
      {"those of a reservation",
       {.environments_per_10s = 2},
       100,
       2,
       "ReservedFunctionInvocationRateLimitExceeded"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    LambdaWorld world(c.account);
    world.code.takes = 10s;
    world.add({.concurrency = c.reserved, .timeout = 1min, .cold_start = 0s});
    for (int i = 0; i < c.before; ++i) world.invoke();
    const InvokeResult result = world.request();
    EXPECT_EQ(result.status, 429);
    EXPECT_EQ(result.error_code, "TooManyRequestsException");
    EXPECT_EQ(result.message, "Rate Exceeded.");
    EXPECT_EQ(result.reason, c.reason);
    EXPECT_EQ(world.journal.hops.back().response,
              R"({"Reason":")" + c.reason + R"(","Type":"User","message":"Rate Exceeded."})");
  }
}

TEST(LambdaAccount, NamesTheReasonOfATimelinesThrottle) {
  LambdaWorld world;
  world.add({.name = "shares"});
  world.add({.name = "reserves", .concurrency = 5});
  world.lambda.throttle("shares", true, "test");
  world.lambda.throttle("reserves", true, "test");
  EXPECT_EQ(world.request("shares").reason, "ConcurrentInvocationLimitExceeded");
  EXPECT_EQ(world.request("reserves").reason, "ReservedFunctionConcurrentInvocationLimitExceeded");
}

// Scenario 7 of facts/aws-delivery 8.
TEST(LambdaAccount, LetsAThousandEnvironmentsBeginAndThenAHundredASecond) {
  LambdaWorld world({.concurrency = 10'000});
  world.code.takes = 10min;
  world.add({.timeout = 15min, .cold_start = 0s});
  for (int i = 0; i < 3000; ++i) world.invoke();
  EXPECT_EQ(running(world), 1000u);
  // The others come again after 1, 2, 4, 8, 16 s.
  const std::pair<kernel::Duration, std::size_t> steps[] = {{1s - 1ns, 1000}, {1s, 1100},  {3s, 1300},
                                                            {7s, 1700},       {15s, 2500}, {31s, 3000}};
  for (const auto& [at, count] : steps) {
    world.run_to(at);
    EXPECT_EQ(running(world), count) << kernel::duration_text(at);
  }
}

TEST(LambdaAccount, GivesAPlaceForANewEnvironmentBackEvenly) {
  LambdaWorld world({.environments_per_10s = 2});
  world.code.takes = 1h;
  world.add({.timeout = 15min, .cold_start = 0s});
  world.invoke();
  world.invoke();
  world.run_to(5s - 1ns);
  EXPECT_EQ(world.request().status, 429);
  world.run_to(5s);
  world.invoke();
  EXPECT_EQ(running(world), 3u);
  EXPECT_EQ(world.request().status, 429);
  world.run_to(1min);
  for (int i = 0; i < 4; ++i) world.invoke();
  EXPECT_EQ(running(world), 5u) << "no more than two are kept";
}

TEST(LambdaAccount, NeedsNoPlaceForAWarmEnvironment) {
  LambdaWorld world({.environments_per_10s = 1});
  world.add({.cold_start = 0s});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(world.request().status, 200) << i;
}

TEST(LambdaAccount, TakesTenRequestsASecondForEachEnvironment) {
  LambdaWorld world;
  world.code.takes = 0s;
  world.add({.concurrency = 1, .cold_start = 0s});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(world.request().status, 200) << i;
  EXPECT_EQ(world.request().reason, "ReservedFunctionInvocationRateLimitExceeded");
  world.run_to(100ms - 1ns);
  EXPECT_EQ(world.request().status, 429);
  world.run_to(100ms);
  EXPECT_EQ(world.request().status, 200);
  EXPECT_EQ(world.request().status, 429);
  world.invoke();
  world.run_to(200ms);
  EXPECT_EQ(world.journal.ends_of(kEvent), Lines{"100ms delivered lambda"}) << "events are not counted";
}

TEST(LambdaAccount, KeepsAHundredUnreserved) {
  LambdaWorld world;
  world.add({.name = "a", .concurrency = 500});
  world.add({.name = "b"});
  const auto refused = world.lambda.reserve("b", 401);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().message,
            "Specified ReservedConcurrentExecutions for function decreases account's "
            "UnreservedConcurrentExecution below its minimum value of [100].");
  EXPECT_EQ(world.lambda.reserve("b", 400)->settings.reserved, 400);
  EXPECT_EQ(world.lambda.account().unreserved, 100);
  EXPECT_EQ(world.lambda.reserve("a", 0)->settings.reserved, 0) << "to switch it off always works";
  EXPECT_EQ(world.lambda.account().unreserved, 600);
  EXPECT_EQ(world.lambda.reserve("b", std::nullopt)->settings.reserved, std::nullopt);
  world.lambda.delete_function("a").value();
  EXPECT_EQ(world.lambda.account().unreserved, 1000);
}

TEST(LambdaAccount, CountsARunningFunctionWhereItIsReservedNow) {
  LambdaWorld world({.concurrency = 200});
  world.code.takes = 10s;
  world.add({.name = "a", .timeout = 1min, .cold_start = 0s});
  world.add({.name = "b", .timeout = 1min, .cold_start = 0s});
  for (int i = 0; i < 150; ++i) world.invoke(kEvent, "{}", "a");
  world.lambda.reserve("a", 50).value();
  for (int i = 0; i < 151; ++i) world.invoke(kEvent, "{}", "b");
  EXPECT_EQ(running(world), 300u) << "what ran goes on beyond the reservation; b has the other 150";
  EXPECT_EQ(world.request("a").reason, "ReservedFunctionConcurrentInvocationLimitExceeded");
  world.lambda.reserve("a", std::nullopt).value();
  EXPECT_EQ(world.request("b").reason, "ConcurrentInvocationLimitExceeded");
  world.run_to(1min);
  EXPECT_EQ(running(world), 0u);
  EXPECT_EQ(world.request("b").status, 200) << "all places have come back";
}

TEST(LambdaAccount, TriesAThrottledEventForSixHours) {
  LambdaWorld world;
  world.add({.cold_start = 0s, .dead_letter = "dlq"});
  world.lambda.throttle("ingest", true, "test");
  world.invoke();
  world.run_to(24h);
  std::vector<kernel::Timestamp> expected;
  kernel::Duration at{};
  for (kernel::Duration wait = 1s; expected.size() < 80; wait = std::min<kernel::Duration>(wait * 2, 5min)) {
    expected.push_back(kernel::at(at));
    at += wait;
  }
  std::vector<kernel::Timestamp> tried;
  for (const RecordingJournal::Hop& hop : world.journal.hops) {
    if (hop.stage == kernel::Stage::Invoke) tried.push_back(hop.start);
  }
  EXPECT_EQ(tried, expected) << "at 0, 1, 3, 7 .. 511 s, then every five minutes";
  EXPECT_EQ(tried.back(), kernel::at(5h + 58min + 31s)) << "five minutes later it would be six hours old";
  EXPECT_EQ(world.journal.ends_of(kEvent), Lines{"5h58m31s dead_lettered lambda: EventAgeExceeded"});
}

}  // namespace
}  // namespace emulator::lambda
