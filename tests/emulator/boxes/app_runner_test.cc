#include "emulator/compute/app_runner.h"

#include "middleware/kernel/ids.h"
#include "tests/emulator/boxes/app_runner_bench.h"

namespace emulator::compute {
namespace {

using kernel::Stage;

TEST(AppRunner, StartsWithOneActiveInstanceOfThoseProvisioned) {
  ComputeBench bench({.provisioned_min = 3});
  EXPECT_EQ(bench.service->instances(), 3);
  EXPECT_EQ(bench.journal.transitions, Lines{"0s middleware-1 inactive -> active"});
}

TEST(AppRunner, ChoosesTheLeastLoadedInstance) {
  ComputeBench bench({.provisioned_min = 2, .concurrency = 2, .activation = 1s});
  bench.apps.takes = 10s;
  bench.call(3);  // two on the first; the third wakes the second
  bench.run_to(2s);
  bench.call(1);  // the second has one: fewer than the first
  bench.run_to(20s);
  EXPECT_EQ(bench.answers, (Lines{"10s 200 1", "10s 200 1", "11s 200 2", "12s 200 2"}));
}

TEST(AppRunner, LetsARequestWaitForTheInstanceThatItWakes) {
  ComputeBench bench({.activation = 7s, .idle_max = 60s});
  bench.run_to(2min);
  EXPECT_EQ(bench.journal.transitions.back(), "1m middleware-1 active -> inactive");
  bench.call(2);
  bench.run_to(3min);
  EXPECT_EQ(bench.answers, (Lines{"2m8s 200 1", "2m8s 200 1"}));
  EXPECT_EQ(bench.journal.transitions,
            (Lines{"0s middleware-1 inactive -> active", "1m middleware-1 active -> inactive",
                   "2m middleware-1 inactive -> activating", "2m7s middleware-1 activating -> active"}));
}

TEST(AppRunner, RefusesWhenAllAreFullAndStartsOneMore) {
  ComputeBench bench({.active_max = 2, .concurrency = 1, .provisioning = 60s, .idle_max = 10min});
  bench.apps.takes = 5s;
  bench.call(2);
  bench.run_to(30s);
  EXPECT_EQ(bench.answers, (Lines{"0s 429 Too Many Requests", "5s 200 1"}));
  EXPECT_EQ(bench.journal.timeline(Stage::Compute),
            (Lines{"0s..5s middleware #1 ok 200", "0s middleware #1 throttled 429 Too Many Requests"}));
  bench.call(2);
  bench.run_to(60s);
  EXPECT_EQ(bench.answers[2], "30s 429 Too Many Requests")
      << "nothing is queued for an instance that is being provisioned";
  bench.call(3);
  bench.run_to(2min);
  EXPECT_EQ(bench.answers, (Lines{"0s 429 Too Many Requests", "5s 200 1", "30s 429 Too Many Requests",
                                  "35s 200 1", "1m 429 Too Many Requests", "1m5s 200 1", "1m5s 200 2"}));
  EXPECT_EQ(bench.journal.transitions,
            (Lines{"0s middleware-1 inactive -> active", "0s middleware-2  -> provisioning",
                   "1m middleware-2 provisioning -> active"}))
      << "never beyond the maximum";
}

TEST(AppRunner, StartsAnInstanceForEachInstancesWorthOfRefusals) {
  ComputeBench bench({.active_max = 4, .concurrency = 2});
  bench.call(2);
  for (const std::int64_t instances : {2, 2, 3, 3, 4, 4, 4}) {
    bench.call(1);
    EXPECT_EQ(bench.service->instances(), instances);
  }
  bench.run_to(1s);
}

TEST(AppRunner, WakesAnInactiveInstanceBeforeItRefuses) {
  ComputeBench bench({.provisioned_min = 2, .active_max = 2, .concurrency = 1, .activation = 1s});
  bench.call(3);
  bench.run_to(1min);
  EXPECT_EQ(bench.answers, (Lines{"0s 429 Too Many Requests", "1s 200 1", "2s 200 2"}));
}

TEST(AppRunner, ScalesInWhatIsIdleBeyondTheMinimum) {
  ComputeBench bench(
      {.active_max = 2, .concurrency = 1, .provisioning = 10s, .idle_max = 60s, .scale_in = 5min});
  bench.apps.takes = 15s;
  bench.call(2);
  bench.run_to(1h);
  EXPECT_EQ(bench.journal.transitions,
            (Lines{"0s middleware-1 inactive -> active", "0s middleware-2  -> provisioning",
                   "10s middleware-2 provisioning -> active", "1m10s middleware-2 active -> inactive",
                   "1m15s middleware-1 active -> inactive", "6m10s middleware-2 inactive -> gone"}));
  EXPECT_EQ(bench.service->instances(), 1);
  bench.call(1);
  bench.run_to(2h);
  EXPECT_EQ(bench.answers.back(), "1h16s 200 1") << "the one that is left wakes up";
}

TEST(AppRunner, CutsARequestAfterTwoMinutesWhileTheApplicationGoesOn) {
  ComputeBench bench({.idle_max = 60s});
  bench.apps.takes = 3min;
  bench.call();
  bench.run_to(2min);
  EXPECT_EQ(bench.answers, Lines{"2m 504 upstream request timeout"});
  EXPECT_EQ(bench.last.response.headers.get("server"), "envoy");
  EXPECT_EQ(bench.journal.timeline(Stage::Compute),
            Lines{"0s..2m middleware #1 failed 504 upstream request timeout"});
  EXPECT_EQ(bench.apps.running, 1);
  bench.run_to(10min);
  EXPECT_EQ(bench.apps.ended, 1);
  EXPECT_EQ(bench.journal.transitions.back(), "4m middleware-1 active -> inactive")
      << "idle since the application ended";
}

TEST(AppRunner, CountsTheWaitForAnInstanceIntoTheTwoMinutes) {
  ComputeBench bench({.activation = 10s});
  bench.apps.takes = 115s;
  bench.run_to(2min);
  bench.call();
  bench.run_to(10min);
  EXPECT_EQ(bench.answers, Lines{"4m 504 upstream request timeout"});
}

TEST(AppRunner, CountsARequestUntilItsApplicationEnded) {
  ComputeBench bench({.active_max = 1, .concurrency = 1, .request_max = 10s});
  bench.apps.takes = 30s;
  bench.call();
  bench.run_to(20s);
  bench.call();
  EXPECT_EQ(bench.answers, (Lines{"10s 504 upstream request timeout", "20s 429 Too Many Requests"}));
  bench.run_to(30s);
}

TEST(AppRunner, SaysWhatTheRouterAdds) {
  ComputeBench bench;
  bench.apps.takes = 250ms;
  bench.apps.reply.response.headers.add("Server", "middleware");
  bench.headers = {{"X-Request-Id", "my own"}, {"X-Forwarded-For", "192.0.2.7"}};
  bench.call();
  bench.run_to(1s);
  EXPECT_EQ(bench.apps.headers_seen.get("X-Forwarded-For"), "192.0.2.7,198.51.100.1");
  EXPECT_EQ(bench.apps.headers_seen.get("X-Envoy-External-Address"), "198.51.100.1");
  kernel::Random ids(7, "app-runner");
  EXPECT_EQ(bench.apps.headers_seen.get("X-Request-Id"), kernel::uuid4(ids))
      << "the caller's own is replaced";
  EXPECT_EQ(bench.apps.headers_seen.get("X-Forwarded-Proto"), "https");
  EXPECT_EQ(bench.apps.headers_seen.get("X-Envoy-Expected-Rq-Timeout-Ms"), "120000");
  EXPECT_EQ(bench.last.response.headers.get("server"), "envoy");
  EXPECT_EQ(bench.last.response.headers.get("x-envoy-upstream-service-time"), "250");
}

TEST(AppRunner, RecordsEveryAnswerAsAnOutcome) {
  struct Case {
    int status;
    std::string line;
  };
  const Case cases[] = {{200, "ok 200"},         {201, "ok 201"},         {302, "ok 302"},
                        {400, "rejected 400 1"}, {404, "rejected 404 1"}, {429, "throttled 429 1"},
                        {500, "failed 500 1"},   {503, "failed 503 1"}};
  for (const Case& c : cases) {
    ComputeBench bench;
    bench.apps.reply.response.status = c.status;
    bench.call();
    bench.run_to(2s);
    EXPECT_EQ(bench.journal.timeline(Stage::Compute), Lines{"0s..1s middleware #1 " + c.line});
  }
}

TEST(AppRunner, AnswersForAnApplicationThatDoesNot) {
  struct Case {
    kernel::Ending ending;
    std::string answer;
  };
  const std::string reason = "upstream connect error or disconnect/reset before headers. reset reason: ";
  const Case cases[] = {{kernel::Ending::Reset, "1s 503 " + reason + "connection termination"},
                        {kernel::Ending::Empty, "1s 503 " + reason + "connection termination"},
                        {kernel::Ending::Garbage, "1s 502 " + reason + "protocol error"},
                        {kernel::Ending::Truncated, "1s 200 1"},
                        {kernel::Ending::Hang, "2m 504 upstream request timeout"}};
  for (const Case& c : cases) {
    ComputeBench bench;
    bench.apps.reply.ending = c.ending;
    bench.call();
    bench.run_to(5min);
    EXPECT_EQ(bench.answers, Lines{c.answer});
  }
}

TEST(AppRunner, GivesThePlaceOfAnImpatientCallerBack) {
  ComputeBench bench({.active_max = 1, .concurrency = 1, .activation = 10s});
  bench.run_to(2min);
  bench.call();  // waits for the activation
  bench.run_to(2min + 1s);
  bench.callers.cancel_all();
  bench.call();
  bench.run_to(3min);
  EXPECT_EQ(bench.answers, Lines{"2m11s 200 1"});
  EXPECT_EQ(bench.journal.timeline(Stage::Compute),
            (Lines{"2m..2m1s middleware #1 cancelled 0", "2m1s..2m11s middleware #1 ok 200"}));
}

TEST(AppRunner, LeavesTheApplicationRunningWhenItsCallerGoes) {
  ComputeBench bench;
  bench.call();
  bench.run_to(500ms);
  bench.callers.cancel_all();
  bench.run_to(1min);
  EXPECT_EQ(bench.apps.ended, 1);
}

TEST(AppRunner, LeavesNoTimerBehind) {
  ComputeBench bench({.provisioned_min = 2, .active_max = 3, .concurrency = 1});
  bench.run_to(2min);
  bench.call(3);
  bench.callers.cancel_all();
  bench.service.reset();
  EXPECT_EQ(bench.scheduler.pending(), 0u);
}

TEST(AppRunner, CutsOffWhatACrashedInstanceWorksOn) {
  ComputeBench bench;
  bench.apps.takes = 10s;
  bench.call(2);
  bench.run_to(3s);
  bench.service->crash("middleware-1", 5s);
  EXPECT_EQ(bench.apps.running, 0);
  bench.run_to(4s);
  const std::string reset =
      "503 upstream connect error or disconnect/reset before headers. reset reason: connection ";
  EXPECT_EQ(bench.answers, (Lines{"3s " + reset + "termination", "3s " + reset + "termination"}));
  bench.call(1);  // while it is down
  bench.run_to(9s);
  EXPECT_EQ(bench.answers.back(), "4s " + reset + "failure");
  bench.call(1);
  bench.run_to(30s);
  EXPECT_EQ(bench.answers.back(), "19s 200 1");
  EXPECT_EQ(bench.apps.ended, 1);
  EXPECT_EQ(bench.journal.transitions,
            (Lines{"0s middleware-1 inactive -> active", "3s middleware-1 active -> crashed",
                   "8s middleware-1 crashed -> active"}));
}

TEST(AppRunner, SendsNothingToACrashedInstanceWhileAnotherIsThere) {
  ComputeBench bench({.provisioned_min = 2, .activation = 1s});
  bench.service->crash("middleware-1", 60s);
  bench.call(1);
  bench.run_to(10s);
  EXPECT_EQ(bench.answers, Lines{"2s 200 2"});
}

TEST(AppRunner, CrashesAllAtOnceAndNoneTwice) {
  ComputeBench bench({.provisioned_min = 2});
  bench.run_to(1s);
  bench.service->crash("middleware", 5s);
  bench.service->crash("middleware-2", 60s);
  bench.service->crash("middleware-9", 60s);
  bench.run_to(10s);
  EXPECT_EQ(bench.journal.transitions,
            (Lines{"0s middleware-1 inactive -> active", "1s middleware-1 active -> crashed",
                   "1s middleware-2 inactive -> crashed", "6s middleware-1 crashed -> active",
                   "6s middleware-2 crashed -> active"}));
}

}  // namespace
}  // namespace emulator::compute
