// Limiter, bulkhead and hedges of the calls to one API.
#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "middleware/service/api_caller.h"
#include "tests/support/recorded_hops.h"
#include "tests/support/run_task.h"
#include "tests/support/scripted_api.h"

namespace service {
namespace {

using kernel::at;
using kernel::NoAnswer;
using kernel::Timestamp;
using namespace std::chrono_literals;
using Times = std::vector<Timestamp>;
using Texts = std::vector<std::string>;

class ApiLimitsTest : public testing::Test {
 protected:
  ApiLimitsTest() {
    config.retry = {.jitter = core::Jitter::None};
    config.breaker = std::nullopt;
  }

  Call call_of(std::string method = "POST", Timestamp deadline = at(20s)) {
    return {.request = {.method = std::move(method), .host = "payments", .target = "/charges", .body = "{}"},
            .event = "2ed6657d-e927-568b-95e1-2665a8aea6a2",
            .idempotency_key = "key",
            .step = 5,
            .deadline = deadline};
  }
  /// Makes a call that ends by itself; its end is in `ends`, in this order.
  void spawn(ApiCaller& caller, Call call) {
    ends.emplace_back();
    scope.spawn(support::keep(caller.call(std::move(call), kAny), ends.back()));
  }
  void run() {
    while (scheduler.step()) {
    }
  }
  /// "ok 2" or "rate limit 1000 ms".
  std::string text(std::size_t index) const {
    const CallEnd& end = *ends[index];
    const auto* failure = std::get_if<CallFailure>(&end.result);
    if (failure == nullptr) return "ok " + std::to_string(end.attempts);
    return failure->reason + " " + std::to_string(failure->retry_after / 1ms) + " ms";
  }
  kernel::HttpResponse later(int status, const char* seconds) {
    return {.status = status, .headers = {{"Retry-After", seconds}}};
  }

  static inline const std::vector<std::int64_t> kAny{};
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  support::ScriptedApi api{scheduler};
  support::RecordedHops hops{scheduler};
  Surroundings around{
      .scheduler = scheduler, .client = api, .hops = hops, .seed = 7, .instance = "instance 1"};
  ApiConfig config{.name = "payments"};
  std::deque<std::optional<CallEnd>> ends;
  kernel::TaskScope scope;
};

TEST_F(ApiLimitsTest, StartsCallsAtTheRateAndRefusesWhoWouldWaitTooLong) {
  config.rate = core::RateRules{.limits = {core::TokenBucketRules{.tokens = 1, .per = 1s, .capacity = 2}}};
  api.then(201);
  ApiCaller caller(config, around);
  for (int i = 0; i < 5; ++i) spawn(caller, call_of());
  run();
  EXPECT_EQ(api.asked_at(), (Times{at(0s), at(0s), at(1s), at(2s)}));
  EXPECT_EQ(text(4), "rate limit 3000 ms");
  EXPECT_EQ(std::get<CallFailure>(ends[4]->result).failure, core::FailureClass::Throttled);
  EXPECT_TRUE(std::get<CallFailure>(ends[4]->result).is_open);
}

TEST_F(ApiLimitsTest, WaitsForNoTokenThatComesTooLateForItsDeadline) {
  config.rate = core::RateRules{.limits = {core::TokenBucketRules{.tokens = 1, .per = 1s, .capacity = 1}}};
  api.then(201);
  ApiCaller caller(config, around);
  spawn(caller, call_of());
  spawn(caller, call_of("POST", at(1099ms)));
  spawn(caller, call_of("POST", at(1100ms)));
  run();
  EXPECT_EQ(text(1), "rate limit 1000 ms") << "a start at 1 s leaves no useful time";
  EXPECT_EQ(text(2), "ok 1");
  EXPECT_EQ(api.asked_at(), (Times{at(0s), at(1s)}));
}

TEST_F(ApiLimitsTest, TakesATokenForEveryAttempt) {
  config.rate = core::RateRules{.limits = {core::TokenBucketRules{.tokens = 1, .per = 1s, .capacity = 1}}};
  api.then(500).then(201);
  ApiCaller caller(config, around);
  spawn(caller, call_of());
  run();
  EXPECT_EQ(api.asked_at(), (Times{at(0s), at(1s)})) << "its wait of 50 ms is over long before";
}

TEST_F(ApiLimitsTest, HoldsEverybodyUpWhileTheApiAsksForIt) {
  struct Case {
    const char* name;
    kernel::HttpResponse answer;
    Timestamp next;
  };
  const Case cases[] = {
      {"429", later(429, "1"), at(1030ms)},
      {"503", later(503, "2"), at(2030ms)},
      {"429 that says nothing", {.status = 429}, at(40ms)},
      {"500 that says something", later(500, "1"), at(40ms)},
      {"nothing left", {.status = 200, .headers = {{"RateLimit", "\"a\";r=0;t=1"}}}, at(1030ms)},
      {"something left", {.status = 200, .headers = {{"RateLimit", "\"a\";r=1;t=1"}}}, at(40ms)},
      {"nothing left, in older words",
       {.status = 200, .headers = {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "1"}}},
       at(1030ms)},
  };
  config.retry.attempts_max = 1;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    emulator::sim::VirtualScheduler clock{support::kWallStart};
    support::ScriptedApi one{clock};
    one.then(c.answer).then(201);
    const Surroundings here{.scheduler = clock, .client = one, .hops = hops};
    ApiCaller caller(config, here);
    support::run(clock, caller.call(call_of(), kAny));
    clock.run_until(at(40ms));
    support::run(clock, caller.call(call_of(), kAny));
    EXPECT_EQ(one.asked_at(), (Times{at(0s), c.next}));
  }
}

TEST_F(ApiLimitsTest, LeavesRetryAfterToTheBreakerWhereThatCountsIt) {
  config.breaker = core::BreakerRules{};
  config.breaker_counts_throttles = true;
  config.retry.attempts_max = 1;
  api.then(later(503, "2")).then(201);
  ApiCaller caller(config, around);
  spawn(caller, call_of());
  run();
  spawn(caller, call_of());
  run();
  EXPECT_EQ(api.asked_at(), (Times{at(0s), at(30ms)}));
}

TEST_F(ApiLimitsTest, SendsWaitingCallsBackIntoTheLineWhenAPauseComes) {
  config.rate = core::RateRules{.limits = {core::TokenBucketRules{.tokens = 10, .per = 1s, .capacity = 1}}};
  config.retry.attempts_max = 1;
  api.then(later(429, "1")).then(201);
  ApiCaller caller(config, around);
  for (int i = 0; i < 3; ++i) spawn(caller, call_of());
  run();
  // The pause ends at 1030 ms, with an empty bucket.
  EXPECT_EQ(api.asked_at(), (Times{at(0s), at(1130ms), at(1230ms)}));
}

TEST_F(ApiLimitsTest, RunsAndQueuesNoMoreCallsThanItMay) {
  config.concurrency = core::BulkheadRules{.running_max = 1, .waiting_max = 2, .wait_max = 50ms};
  api.then(201, 30ms);
  ApiCaller caller(config, around);
  for (int i = 0; i < 4; ++i) spawn(caller, call_of());
  run();
  EXPECT_EQ(api.asked_at(), (Times{at(0s), at(30ms)}));
  EXPECT_EQ(text(1), "ok 1");
  EXPECT_EQ(text(2), "concurrency wait 1000 ms") << "its turn would have come at 60 ms";
  EXPECT_EQ(text(3), "concurrency full 1000 ms");
}

TEST_F(ApiLimitsTest, HoldsNoSlotWhileItWaitsForItsRetry) {
  config.concurrency = core::BulkheadRules{.running_max = 1, .waiting_max = 0};
  config.retry.base = 1s;
  api.then(500).then(201);
  ApiCaller caller(config, around);
  spawn(caller, call_of());
  scheduler.run_until(at(100ms));
  spawn(caller, call_of());
  run();
  EXPECT_EQ(api.asked_at(), (Times{at(0s), at(100ms), at(1030ms)}));
  EXPECT_EQ(text(0), "ok 2");
}

TEST_F(ApiLimitsTest, GivesEverythingBackWhenItIsCancelled) {
  config.rate = core::RateRules{.limits = {core::TokenBucketRules{.tokens = 1, .per = 1s, .capacity = 1}}};
  config.concurrency = core::BulkheadRules{.running_max = 1, .waiting_max = 5, .wait_max = 10s};
  api.then(201, 100ms);
  ApiCaller caller(config, around);
  {
    kernel::TaskScope gone;
    std::optional<CallEnd> never[3];
    for (auto& end : never) gone.spawn(support::keep(caller.call(call_of(), kAny), end));
  }
  EXPECT_EQ(scheduler.pending(), 0U);
  EXPECT_EQ(hops.open_hops(), 0U);
  scheduler.run_until(at(1s));
  spawn(caller, call_of());
  run();
  EXPECT_EQ(text(0), "ok 1");
  EXPECT_EQ(api.asked_at(), (Times{at(0s), at(1s)})) << "the two tokens in the future are there again";
}

TEST_F(ApiLimitsTest, PassesASlotOnFromAWaiterThatWentAway) {
  config.concurrency = core::BulkheadRules{.running_max = 1, .waiting_max = 5, .wait_max = 10s};
  api.then(201, 100ms);
  ApiCaller caller(config, around);
  spawn(caller, call_of());
  {
    kernel::TaskScope gone;
    std::optional<CallEnd> never;
    gone.spawn(support::keep(caller.call(call_of(), kAny), never));
    spawn(caller, call_of());
  }
  run();
  EXPECT_EQ(api.asked_at(), (Times{at(0s), at(100ms)}));
}

TEST_F(ApiLimitsTest, IsNoSampleForTheBreakerWhenNothingWasSent) {
  config.breaker = core::BreakerRules{.trip = core::ConsecutiveFailures{1}};
  config.concurrency = core::BulkheadRules{.running_max = 1, .waiting_max = 0};
  api.then(201);
  ApiCaller caller(config, around);
  spawn(caller, call_of());
  spawn(caller, call_of());
  run();
  EXPECT_EQ(text(1), "concurrency full 1000 ms");
  EXPECT_EQ(caller.breaker_state(), core::BreakerState::Closed);
}

TEST_F(ApiLimitsTest, HedgesACallThatIsSilent) {
  config.hedge = core::HedgeRules{.delay = 200ms};
  api.then(201, 1s).then(201, 50ms);
  ApiCaller caller(config, around);
  spawn(caller, call_of());
  run();
  EXPECT_EQ(api.asked_at(), (Times{at(0s), at(200ms)}));
  EXPECT_EQ(text(0), "ok 2");
  EXPECT_EQ(hops.lines(), (Texts{"api payments POST /charges #1 under 5 0..250 cancelled 0",
                                 "api payments POST /charges #2 under 5 200..250 ok 201"}));
}

TEST_F(ApiLimitsTest, HedgesAFailureAtOnceAndEndsAtOneThatWillNotPass) {
  struct Case {
    const char* name;
    int first;
    int second;
    std::size_t attempts;
    const char* end;
  };
  const Case cases[] = {{"good at once", 201, 201, 1, "ok 1"},
                        {"fails, then good", 500, 201, 2, "ok 2"},
                        {"fails twice", 500, 503, 2, "attempts 0 ms"},
                        {"refused for good", 422, 201, 1, "permanent 0 ms"}};
  config.hedge = core::HedgeRules{.delay = 200ms};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    ends.clear();
    support::ScriptedApi flaky{scheduler};
    flaky.then(c.first).then(c.second);
    const Surroundings here{.scheduler = scheduler, .client = flaky, .hops = hops};
    ApiCaller caller(config, here);
    spawn(caller, call_of("POST", scheduler.now() + 20s));
    run();
    EXPECT_EQ(flaky.asked.size(), c.attempts);
    EXPECT_EQ(text(0), c.end);
  }
}

TEST_F(ApiLimitsTest, RetriesByTheCallsOwnRulesInsteadOfHedging) {
  config.hedge = core::HedgeRules{.delay = 200ms};
  const core::Retry undo({.attempts_max = 4, .base = 1s, .jitter = core::Jitter::None});
  api.then(500).then(500).then(500).then(200);
  ApiCaller caller(config, around);
  Call call = call_of();
  call.retry = &undo;
  spawn(caller, std::move(call));
  run();
  EXPECT_EQ(api.asked_at(), (Times{at(0s), at(1030ms), at(3060ms), at(7090ms)}));
  EXPECT_EQ(text(0), "ok 4");
}

TEST_F(ApiLimitsTest, DoesNotHedgeWhatMustNotBeRepeated) {
  config.hedge = core::HedgeRules{.delay = 200ms};
  config.idempotency_header = std::nullopt;
  api.then(201, 1s);
  ApiCaller caller(config, around);
  spawn(caller, call_of("POST"));
  run();
  EXPECT_EQ(api.asked.size(), 1U);
  spawn(caller, call_of("GET"));
  run();
  EXPECT_EQ(api.asked.size(), 3U);
}

TEST_F(ApiLimitsTest, PaysForAHedgeOutOfTheBudget) {
  config.hedge = core::HedgeRules{.delay = 200ms};
  config.retry_budget = core::RetryQuota{.capacity = 20};
  api.then(201, 400ms);
  ApiCaller caller(config, around);
  spawn(caller, call_of());
  spawn(caller, call_of());
  run();
  EXPECT_EQ(api.asked_at(), (Times{at(0s), at(0s), at(200ms)}));
}

}  // namespace
}  // namespace service
