#include "middleware/service/api_caller.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "middleware/kernel/random.h"
#include "tests/support/recorded_hops.h"
#include "tests/support/run_task.h"
#include "tests/support/scripted_api.h"

namespace service {
namespace {

using kernel::at;
using kernel::Duration;
using kernel::NoAnswer;
using kernel::Timestamp;
using namespace std::chrono_literals;
using Times = std::vector<Timestamp>;
using Texts = std::vector<std::string>;

constexpr const char* kEvent = "2ed6657d-e927-568b-95e1-2665a8aea6a2";

class ApiCallerTest : public testing::Test {
 protected:
  /// The wait that the rules and the seed give after a transient failure, computed beside the caller.
  static Duration jittered(int attempt, Duration base) {
    const double luck = kernel::draw_unit({.seed = 7,
                                           .rule = "payments",
                                           .key = std::string(kEvent) + "key",
                                           .n = static_cast<std::uint64_t>(attempt),
                                           .purpose = "retry jitter"});
    return Duration{std::llround(static_cast<double>((base * (1 << (attempt - 1))).count()) * luck)};
  }

  Call post(Timestamp deadline = at(20s)) {
    return {.request = {.method = "POST", .host = "payments", .target = "/charges", .body = "{}"},
            .event = kEvent,
            .idempotency_key = "key",
            .step = 5,
            .deadline = deadline};
  }
  CallEnd call(ApiCaller& caller, Call what, std::vector<std::int64_t> expected = {}) {
    return support::run(scheduler, caller.call(std::move(what), std::move(expected)));
  }
  static const CallFailure& failure(const CallEnd& end) { return std::get<CallFailure>(end.result); }

  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  support::ScriptedApi api{scheduler};
  support::RecordedHops hops{scheduler};
  Surroundings around{
      .scheduler = scheduler, .client = api, .hops = hops, .seed = 7, .instance = "instance 1"};
  ApiConfig config{.name = "payments"};
};

TEST_F(ApiCallerTest, WaitsBetweenAttemptsAsItsSeedSays) {
  api.then(500).then(502).then(201);
  ApiCaller caller(config, around);
  const CallEnd end = call(caller, post());
  EXPECT_EQ(std::get<kernel::HttpResponse>(end.result).status, 201);
  EXPECT_EQ(end.attempts, 3);
  const Timestamp second = at(30ms) + jittered(1, 50ms);
  const Timestamp third = second + 30ms + jittered(2, 50ms);
  EXPECT_EQ(api.asked_at(), (Times{at(0s), second, third}));
  EXPECT_EQ(scheduler.now(), third + 30ms);
  EXPECT_NE(jittered(1, 50ms), jittered(2, 50ms) / 2) << "each attempt has its own luck";
}

TEST_F(ApiCallerTest, WritesOneHopForEveryAttempt) {
  config.retry.jitter = core::Jitter::None;
  api.then(500).then(std::unexpected(NoAnswer::Reset)).then(201);
  ApiCaller caller(config, around);
  call(caller, post());
  EXPECT_EQ(hops.lines(), (Texts{"api payments POST /charges #1 under 5 0..30 failed 500",
                                 "api payments POST /charges #2 under 5 80..110 no_answer 0 reset",
                                 "api payments POST /charges #3 under 5 210..240 ok 201"}));
}

/// "transient closed 50 backoff", a line a note.
class NotedCalls final : public CallNotes {
 public:
  void note(kernel::HopId hop, const CallNote& call) override {
    std::string text = std::to_string(hop) + ":";
    for (const std::string_view part : {call.retry_of, call.failure_class, call.breaker}) {
      text += ' ' + std::string(part.empty() ? "-" : part);
    }
    if (call.delay_next)
      text += " " + std::to_string(*call.delay_next / 1ms) + " ms by " + std::string(call.delay_source);
    if (!call.gave_up.empty()) text += " gave up: " + std::string(call.gave_up);
    lines.push_back(std::move(text));
  }
  Texts lines;
};

TEST_F(ApiCallerTest, TellsOfEachAttemptWhatItWasAndWhatFollows) {
  config.retry = {.attempts_max = 3, .throttled_base = 100ms, .jitter = core::Jitter::None};
  config.breaker = core::BreakerRules{.trip = core::ConsecutiveFailures{3}, .open_for = {5s}};
  api.then(500)
      .then(kernel::HttpResponse{.status = 429, .headers = {{"Retry-After", "1"}}})
      .then(500)
      .then(500)
      .then(500)
      .then(201);
  NotedCalls notes;
  around.notes = &notes;
  ApiCaller caller(config, around);
  EXPECT_EQ(failure(call(caller, post())).stop, Stop::Attempts);
  const CallEnd refused = call(caller, post(at(60s)));
  EXPECT_EQ(refused.breaker, core::BreakerState::Open);
  EXPECT_EQ(
      notes.lines,
      (Texts{"1: - transient closed 50 ms by backoff", "2: transient throttled closed 1000 ms by retry_after",
             "3: throttled transient closed gave up: attempts", "4: - transient closed 50 ms by backoff",
             "5: transient transient closed 100 ms by backoff"}));
  EXPECT_EQ(failure(refused).stop, Stop::BreakerOpen);
}

TEST_F(ApiCallerTest, SendsTheSameKeyAndItsOwnTraceWithEveryAttempt) {
  config.retry.jitter = core::Jitter::None;
  api.then(500).then(500).then(201);
  ApiCaller caller(config, around);
  call(caller, post());
  EXPECT_EQ(api.asked_with("Idempotency-Key"), (Texts{"key", "key", "key"}));
  EXPECT_EQ(api.asked_with("X-Attempt"), (Texts{"1", "2", "3"}));
  EXPECT_EQ(api.asked_with("traceparent"),
            (Texts{"00-2ed6657de927568b95e12665a8aea6a2-0000000000000001-01",
                   "00-2ed6657de927568b95e12665a8aea6a2-0000000000000002-01",
                   "00-2ed6657de927568b95e12665a8aea6a2-0000000000000003-01"}));
}

TEST_F(ApiCallerTest, DoesNotRepeatAPostWithoutAKey) {
  config.idempotency_header = std::nullopt;
  api.then(500);
  ApiCaller caller(config, around);
  const CallEnd end = call(caller, post());
  EXPECT_EQ(failure(end).reason, "not repeatable without an idempotency key");
  EXPECT_EQ(api.asked_with("Idempotency-Key"), Texts{""});
}

TEST_F(ApiCallerTest, EndsAnAttemptAtItsOwnTimeout) {
  config.retry = {.attempts_max = 2, .jitter = core::Jitter::None};
  config.per_try = 2s;
  api.then(200, 1h).then(200, 2s);  // as long as the timeout: the timeout wins
  ApiCaller caller(config, around);
  const CallEnd end = call(caller, post());
  EXPECT_EQ(api.asked_at(), (Times{at(0s), at(2s + 50ms)}));
  EXPECT_EQ(scheduler.now(), at(4s + 50ms));
  EXPECT_EQ(failure(end).reason, "attempts");
  EXPECT_EQ(failure(end).last.no_answer, NoAnswer::Timeout);
  EXPECT_EQ(hops.lines(), (Texts{"api payments POST /charges #1 under 5 0..2000 timeout 0 timeout",
                                 "api payments POST /charges #2 under 5 2050..4050 timeout 0 timeout"}));
}

TEST_F(ApiCallerTest, EndsAnAttemptBeforeTheWorksDeadline) {
  api.then(200, 1h);
  ApiCaller caller(config, around);
  const CallEnd end = call(caller, post(at(3s)));
  EXPECT_EQ(scheduler.now(), at(2'950ms));
  EXPECT_EQ(failure(end).reason, "deadline");
  EXPECT_EQ(end.attempts, 1);
}

TEST_F(ApiCallerTest, GivesUpAtOnceWhenAnotherAttemptWouldComeTooLate) {
  config.retry.jitter = core::Jitter::None;
  struct Case {
    const char* name;
    Timestamp deadline;
    int attempts;
    const char* reason;
  };
  // The first attempt ends at 30 ms, the second begins at 80 ms, needs 50 ms and has to end 50 ms before the
  // deadline.
  const Case cases[] = {
      {"no time for any attempt", at(50ms), 0, "deadline"},
      {"none for a second", at(180ms - 1ns), 1, "deadline"},
      {"just enough", at(180ms), 2, ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    emulator::sim::VirtualScheduler clock{support::kWallStart};
    support::ScriptedApi flaky{clock};
    flaky.then(500).then(201);
    const Surroundings here{.scheduler = clock, .client = flaky, .hops = hops};
    ApiCaller tried(config, here);
    const CallEnd end = support::run(clock, tried.call(post(c.deadline), {}));
    EXPECT_EQ(end.attempts, c.attempts);
    EXPECT_EQ(std::holds_alternative<CallFailure>(end.result) ? failure(end).reason : "", c.reason);
    EXPECT_LE(clock.now(), at(110ms)) << "it does not sit out the rest";
  }
}

TEST_F(ApiCallerTest, StopsWhenTheApiAsksForMoreTimeThanItsRulesAllow) {
  api.then(kernel::HttpResponse{.status = 429, .headers = {{"Retry-After", "120"}}});
  ApiCaller caller(config, around);
  const CallEnd end = call(caller, post());
  EXPECT_EQ(end.attempts, 1);
  EXPECT_EQ(failure(end).reason, "retry_after");
  EXPECT_EQ(failure(end).failure, core::FailureClass::Throttled);
  EXPECT_EQ(failure(end).retry_after, 120s);
}

TEST_F(ApiCallerTest, WaitsAsLongAsTheApiAsksWithinItsRules) {
  api.then(kernel::HttpResponse{.status = 503, .headers = {{"Retry-After", "Mon, 05 Jan 2026 09:00:03 GMT"}}})
      .then(201);
  ApiCaller caller(config, around);
  call(caller, post());
  EXPECT_EQ(api.asked_at(), (Times{at(0s), at(3s)}));
}

TEST_F(ApiCallerTest, EndsItsRetryingWhenTheBreakerOpens) {
  config.retry = {.attempts_max = 5, .jitter = core::Jitter::None};
  config.breaker = core::BreakerRules{.trip = core::ConsecutiveFailures{2}, .open_for = {5s}, .probes = 1};
  api.then(500).then(500).then(201);
  ApiCaller caller(config, around);
  const CallEnd first = call(caller, post());
  EXPECT_EQ(first.attempts, 2);
  EXPECT_EQ(failure(first).reason, "breaker open");
  EXPECT_FALSE(failure(first).is_open) << "it was let through before";
  EXPECT_EQ(failure(first).last.status, 500);
  EXPECT_EQ(failure(first).retry_after, 5s - 100ms) << "opened at 110 ms, asked again at 210 ms";
  EXPECT_EQ(caller.breaker_state(), core::BreakerState::Open);

  const CallEnd second = call(caller, post());
  EXPECT_EQ(second.attempts, 0);
  EXPECT_TRUE(failure(second).is_open);
  EXPECT_EQ(api.asked.size(), 2U) << "nothing reaches the wire";

  scheduler.run_until(at(5110ms));
  EXPECT_EQ(call(caller, post(at(20s))).attempts, 1);
  EXPECT_EQ(hops.transitions, (Texts{"110 payments closed -> open", "5110 payments open -> half_open",
                                     "5140 payments half_open -> closed"}));
}

TEST_F(ApiCallerTest, ShowsTheBreakerWhatTheDependencyDid) {
  struct Case {
    const char* name;
    kernel::HttpResult answer;
    bool counts_throttles;
    bool opens;
  };
  const kernel::HttpResponse busy{.status = 503, .headers = {{"Retry-After", "1"}}};
  const Case cases[] = {
      {"500", kernel::HttpResponse{.status = 500}, false, true},
      {"503", kernel::HttpResponse{.status = 503}, false, true},
      {"503 that says when", busy, false, false},
      {"503 that says when, counted", busy, true, true},
      {"429", kernel::HttpResponse{.status = 429}, false, false},
      {"429, counted", kernel::HttpResponse{.status = 429}, true, true},
      {"501", kernel::HttpResponse{.status = 501}, false, false},
      {"404", kernel::HttpResponse{.status = 404}, false, false},
      {"200", kernel::HttpResponse{.status = 200}, false, false},
      {"refused", std::unexpected(NoAnswer::Refused), false, true},
      {"half a body", std::unexpected(NoAnswer::BodyTruncated), false, true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    support::ScriptedApi one{scheduler};
    one.then(c.answer);
    const Surroundings here{.scheduler = scheduler, .client = one, .hops = hops};
    ApiCaller caller({.name = "payments",
                      .retry = {.attempts_max = 1},
                      .breaker = core::BreakerRules{.trip = core::ConsecutiveFailures{1}},
                      .breaker_counts_throttles = c.counts_throttles},
                     here);
    support::run(scheduler, caller.call(post(scheduler.now() + 20s), {}));
    EXPECT_EQ(caller.breaker_state(), c.opens ? core::BreakerState::Open : core::BreakerState::Closed);
  }
}

TEST_F(ApiCallerTest, GivesUpWhenTheBudgetIsSpent) {
  config.retry = {.attempts_max = 10, .jitter = core::Jitter::None};
  config.retry_budget = core::RetryQuota{.capacity = 30};  // two retries
  config.breaker = std::nullopt;
  api.then(500);
  ApiCaller caller(config, around);
  const CallEnd first = call(caller, post());
  EXPECT_EQ(first.attempts, 3);
  EXPECT_EQ(failure(first).reason, "budget");
  EXPECT_EQ(call(caller, post(at(1h))).attempts, 1) << "and later calls are not retried at all";
}

TEST_F(ApiCallerTest, KnowsWhatTheStepExpects) {
  struct Case {
    int status;
    std::vector<std::int64_t> expected;
    bool done;
  };
  const Case cases[] = {{200, {}, true},         {302, {}, true},     {404, {}, false},
                        {404, {200, 404}, true}, {201, {200}, false}, {409, {409}, true}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.status);
    support::ScriptedApi one{scheduler};
    one.then(c.status);
    const Surroundings here{.scheduler = scheduler, .client = one, .hops = hops};
    ApiCaller caller(config, here);
    const CallEnd end = support::run(scheduler, caller.call(post(scheduler.now() + 20s), c.expected));
    EXPECT_EQ(std::holds_alternative<kernel::HttpResponse>(end.result), c.done);
    EXPECT_EQ(end.attempts, 1);
    if (!c.done) EXPECT_EQ(failure(end).failure, core::FailureClass::Permanent);
  }
}

TEST_F(ApiCallerTest, ClosesItsHopAndGivesItsProbeBackWhenItIsCancelled) {
  config.breaker = core::BreakerRules{
      .trip = core::ConsecutiveFailures{1}, .open_for = {1s}, .probes = 1, .half_open_max = 0s};
  config.retry.attempts_max = 1;
  api.then(500).then(200, 1s);
  ApiCaller caller(config, around);
  call(caller, post());
  scheduler.run_until(at(2s));
  std::optional<CallEnd> never;
  {
    kernel::TaskScope scope;
    scope.spawn(support::keep(caller.call(post(), {}), never));
    EXPECT_EQ(hops.open_hops(), 1U);
  }
  EXPECT_EQ(hops.open_hops(), 0U);
  EXPECT_EQ(hops.lines().back(), "api payments POST /charges #1 under 5 2000..2000 cancelled 0");
  EXPECT_EQ(scheduler.pending(), 0U);
  EXPECT_EQ(call(caller, post()).attempts, 1) << "the probe's slot is free again";
}

}  // namespace
}  // namespace service
