#include <gtest/gtest.h>

#include "tests/emulator/boxes/ecs_bench.h"

namespace emulator::compute {
namespace {

/// A service of two tasks that is asked each second, and deployed at ten seconds.
struct DeploymentBench : EcsBench {
  kernel::TaskScope operations;

  DeploymentBench() : EcsBench(config_of(2)) { apps.takes = 0s; }

  kernel::Task<void> ask(kernel::Duration until) {
    while (scheduler.now() < kernel::at(until)) {
      co_await kernel::sleep_until(scheduler, scheduler.now() + 1s);
      call();
    }
  }
  void deploy(bool fails) {
    run_to(10s);
    operations.spawn(service->deploy(fails));
  }
  std::int64_t answers_of(const std::string& what) const {
    return std::ranges::count_if(answers, [&](const std::string& answer) { return answer.ends_with(what); });
  }
};

TEST(EcsDeployment, GoesFromACanaryToAllRequestsAndStopsTheOldTasks) {
  DeploymentBench bench;
  bench.operations.spawn(bench.ask(9min));
  bench.deploy(false);
  EXPECT_TRUE(bench.service->is_deploying());
  bench.run_to(10min);
  EXPECT_FALSE(bench.service->is_deploying());
  EXPECT_EQ(bench.journal.transitions,
            (Lines{"0s middleware-1  -> healthy", "0s middleware-2  -> healthy",
                   "10s middleware  -> starting", "10s middleware-3  -> pending",
                   "10s middleware-4  -> pending", "1m10s middleware-3 pending -> initial",
                   "1m10s middleware-3 initial -> healthy", "1m10s middleware-4 pending -> initial",
                   "1m10s middleware-4 initial -> healthy", "1m10s middleware starting -> canary",
                   "4m10s middleware canary -> all requests", "7m10s middleware all requests -> completed",
                   "7m10s middleware-2 healthy -> draining", "7m10s middleware-1 healthy -> draining",
                   "7m10s middleware-2 draining -> stopping", "7m10s middleware-2 stopping -> stopped",
                   "7m10s middleware-1 draining -> stopping", "7m10s middleware-1 stopping -> stopped"}));
}

TEST(EcsDeployment, GivesTheCanaryATwentiethOfTheRequests) {
  DeploymentBench bench;
  bench.deploy(false);
  bench.run_to(80s);
  for (int i = 0; i < 100; ++i) bench.call();
  bench.run_to(81s);
  EXPECT_EQ(bench.answers_of("200 3") + bench.answers_of("200 4"), 5);
}

TEST(EcsDeployment, TakesARevisionBackThatFailsForTwoMinutes) {
  DeploymentBench bench;
  bench.operations.spawn(bench.ask(9min));
  bench.deploy(true);
  bench.run_to(10min);
  EXPECT_FALSE(bench.service->is_deploying());
  EXPECT_EQ(bench.answers_of(" 500"), 5) << "each twentieth second";
  EXPECT_EQ(bench.journal.transitions[10], "3m10s middleware canary -> rolled back");
  EXPECT_EQ(bench.service->read().healthy, 2);
  EXPECT_TRUE(bench.answers.back().ends_with("200 1") || bench.answers.back().ends_with("200 2"));
}

TEST(EcsDeployment, ScalesBothRevisions) {
  DeploymentBench bench;
  bench.deploy(false);
  bench.run_to(2min);
  bench.service->set_desired(3, "by the test");
  EXPECT_EQ(bench.service->tasks(), 6u);
}

TEST(EcsDeployment, RefusesASecondOne) {
  DeploymentBench bench;
  bench.deploy(false);
  bench.operations.spawn(bench.service->deploy(false));
  bench.run_to(20s);
  EXPECT_EQ(bench.journal.logs, Lines{"10s ecs: deployment refused: another one is under way"});
  EXPECT_EQ(bench.service->tasks(), 4u);
}

}  // namespace
}  // namespace emulator::compute
