#include "tests/emulator/boxes/app_runner_bench.h"

namespace emulator::compute {
namespace {

struct DeployBench : ComputeBench, ServiceLog {
  using ComputeBench::ComputeBench;
  void line(std::string text) override {
    lines.push_back(kernel::duration_text(scheduler.now().time_since_epoch()) + " " + text);
  }
  kernel::Task<void> note(kernel::Task<bool> operation) {
    const bool is_done = co_await std::move(operation);
    line(is_done ? "succeeded" : "failed");
  }
  kernel::Task<void> note(kernel::Task<void> operation) {
    co_await std::move(operation);
    line("paused");
  }
  void deploy(Release release = {}) { operations.spawn(note(service->deploy(release, *this))); }

  Lines lines;
  kernel::TaskScope operations;
};

TEST(AppRunner, ServesTheOldVersionUntilTheNewOneIsHealthyAndRouted) {
  DeployBench bench({.provisioned_min = 2, .provisioning = 60s, .idle_max = 10min, .routing = 70s});
  bench.run_to(10s);
  bench.deploy({.limits = {.provisioned_min = 2}});
  EXPECT_EQ(bench.journal.transitions.size(), 3u) << "two more are provisioned: twice the set";
  bench.run_to(130s);
  bench.call();  // the old version's, and it is not cut off
  bench.run_to(140s);
  bench.call();
  bench.run_to(3min);
  EXPECT_EQ(bench.lines, (Lines{"10s Deployment started", "10s Successfully pulled image",
                                "10s Provisioning instances and deploying image",
                                "1m10s Performing health check on port '8080'",
                                "1m10s Health check is successful. Routing traffic",
                                "2m20s Deployment completed successfully", "2m20s succeeded"}));
  EXPECT_EQ(bench.answers, (Lines{"2m11s 200 1", "2m21s 200 3"}));
  EXPECT_EQ(bench.journal.transitions,
            (Lines{"0s middleware-1 inactive -> active", "10s middleware-3  -> provisioning",
                   "10s middleware-4  -> provisioning", "2m20s middleware-3 provisioning -> active",
                   "2m20s middleware-4 provisioning -> inactive", "2m20s middleware-1 active -> gone",
                   "2m20s middleware-2 inactive -> gone"}));
  EXPECT_EQ(bench.service->instances(), 2);
  EXPECT_EQ(bench.apps.gone_for_good, (std::vector<std::int64_t>{1, 2})) << "their disks are gone";
}

TEST(AppRunner, LetsTheOldVersionFinishUntilItsGraceIsOver) {
  DeployBench bench({.provisioning = 60s, .idle_max = 10min, .routing = 0s, .grace = 30s});
  bench.deploy({});
  bench.run_to(40s);
  bench.apps.takes = 45s;
  bench.call();  // ends at 85 s
  bench.run_to(50s);
  bench.apps.takes = 60s;
  bench.call();  // would end at 110 s
  bench.run_to(2min);
  EXPECT_EQ(bench.answers,
            (Lines{"1m25s 200 1",
                   "1m30s 503 upstream connect error or disconnect/reset before headers. reset reason: "
                   "connection termination"}));
  EXPECT_EQ(bench.journal.transitions,
            (Lines{"0s middleware-1 inactive -> active", "0s middleware-2  -> provisioning",
                   "1m middleware-2 provisioning -> active", "1m middleware-1 active -> draining",
                   "1m30s middleware-1 draining -> gone"}));
  bench.service->crash("middleware", 1s);
  bench.service.reset();
  EXPECT_EQ(bench.scheduler.pending(), 0u) << "nothing is left of the old version";
}

TEST(AppRunner, CrashesAnInstanceOfTheOldVersionToo) {
  DeployBench bench({.provisioning = 60s, .idle_max = 10min, .routing = 0s, .grace = 30s});
  bench.apps.takes = 40s;
  bench.deploy({});
  bench.run_to(50s);
  bench.call();  // the old version would answer at 90 s
  bench.run_to(70s);
  EXPECT_EQ(bench.service->crashable("middleware-1"), std::vector<std::int64_t>{1});
  bench.service->crash("middleware-1", 1s);
  bench.run_to(2min);
  EXPECT_EQ(bench.answers,
            Lines{"1m10s 503 upstream connect error or disconnect/reset before headers. reset reason: "
                  "connection termination"});
  EXPECT_EQ(bench.journal.transitions.back(), "1m10s middleware-1 draining -> gone");
  EXPECT_EQ(bench.service->crashable("middleware-1"), std::vector<std::int64_t>{});
}

TEST(AppRunner, ServesWhoWaitsForAnInstanceOfTheOldVersionThere) {
  DeployBench bench({.activation = 10s, .provisioning = 3min, .idle_max = 60s, .routing = 0s, .grace = 30s});
  bench.deploy({});
  bench.run_to(175s);
  bench.call();  // wakes the old one, which is active at 185 s
  bench.run_to(5min);
  EXPECT_EQ(bench.answers, Lines{"3m6s 200 1"});
  EXPECT_EQ(bench.journal.transitions.back(), "4m middleware-2 active -> inactive");
  EXPECT_EQ(bench.service->instances(), 1);
}

TEST(AppRunner, CutsWhoStillWaitsWhenTheGraceIsOver) {
  DeployBench bench({.activation = 60s, .provisioning = 3min, .idle_max = 60s, .routing = 0s, .grace = 30s});
  bench.deploy({});
  bench.run_to(170s);
  bench.call();
  bench.run_to(5min);
  EXPECT_EQ(bench.answers,
            Lines{"3m30s 503 upstream connect error or disconnect/reset before headers. reset reason: "
                  "connection termination"});
  EXPECT_EQ(bench.journal.transitions[5], "3m30s middleware-1 activating -> gone");
}

TEST(AppRunner, GoesOnWithTheOldVersionWhenTheNewOneNeverListens) {
  DeployBench bench({.provisioning = 60s, .idle_max = 10min});
  bench.deploy({.listens = false});
  bench.run_to(5min);
  bench.call();
  bench.run_to(6min);
  EXPECT_EQ(bench.lines, (Lines{"0s Deployment started", "0s Successfully pulled image",
                                "0s Provisioning instances and deploying image",
                                "1m Performing health check on port '8080'",
                                "1m20s Health check failed on port '8080'", "1m20s failed"}))
      << "five checks, five seconds apart";
  EXPECT_EQ(bench.answers, Lines{"5m1s 200 1"});
  EXPECT_EQ(bench.journal.transitions,
            (Lines{"0s middleware-1 inactive -> active", "0s middleware-2  -> provisioning",
                   "1m20s middleware-2 provisioning -> gone"}));
}

TEST(AppRunner, RollsBackWhenTheNewVersionRefusesItsHealthChecks) {
  DeployBench bench({.provisioning = 60s,
                     .idle_max = 10min,
                     .health = HealthConfig{.protocol = HealthConfig::Protocol::Http, .path = "/health"}});
  bench.apps.sick = 2;
  bench.deploy(bench.service->release());
  bench.run_to(5min);
  EXPECT_EQ(bench.lines.back(), "1m20s failed");
  EXPECT_EQ(bench.journal.transitions.back(), "1m20s middleware-2 provisioning -> gone");
}

TEST(AppRunner, ScalesAsTheNewVersionSays) {
  DeployBench bench({.concurrency = 1, .provisioning = 60s, .idle_max = 10min, .routing = 0s});
  bench.deploy({.limits = {.provisioned_min = 2, .active_max = 3, .concurrency = 5}});
  bench.run_to(2min);
  EXPECT_EQ(bench.service->release().limits, (ScalingLimits{2, 3, 5}));
  EXPECT_EQ(bench.service->instances(), 2);
  bench.call(5);
  bench.run_to(3min);
  EXPECT_EQ(bench.answers.size(), 5u);
  EXPECT_EQ(bench.answers.back(), "2m1s 200 2") << "five at once, and nobody is refused";
}

TEST(AppRunner, AnswersForAPausedServiceAsForAnUnknownOne) {
  DeployBench bench({.provisioning = 60s, .idle_max = 10min, .routing = 70s});
  bench.apps.takes = 5s;
  bench.call();
  bench.run_to(1s);
  bench.operations.spawn(bench.note(bench.service->pause()));
  bench.call();
  EXPECT_EQ(bench.answers, Lines{"1s 404 "});
  EXPECT_EQ(bench.last.response.headers.get("server"), "envoy");
  bench.run_to(1min);
  EXPECT_EQ(bench.answers.back(), "5s 200 1") << "what was under way has its grace";
  EXPECT_EQ(bench.lines, Lines{"5s paused"});
  EXPECT_EQ(bench.service->instances(), 0);
  bench.operations.spawn(bench.note(bench.service->resume(bench)));
  bench.run_to(2min);
  bench.call();
  EXPECT_EQ(bench.answers.back(), "2m 404 ");
  bench.run_to(4min);
  EXPECT_EQ(bench.lines.back(), "3m10s succeeded");
  bench.call();
  bench.run_to(5min);
  EXPECT_EQ(bench.answers.back(), "4m5s 200 2");
}

TEST(AppRunner, LeavesTheOldVersionWhenADeploymentIsTakenAway) {
  DeployBench bench({.provisioning = 60s});
  bench.deploy({});
  bench.run_to(61s);
  bench.operations.cancel_all();
  bench.call();
  bench.run_to(2min);
  EXPECT_EQ(bench.answers, Lines{"1m3s 200 1"});
  bench.service.reset();
  EXPECT_EQ(bench.scheduler.pending(), 0u);
}

}  // namespace
}  // namespace emulator::compute
