#include "middleware/service/record_locks.h"

#include <gtest/gtest.h>

#include "emulator/sim/virtual_scheduler.h"
#include "middleware/kernel/task_scope.h"
#include "tests/support/run_task.h"

namespace service {
namespace {

using namespace std::chrono_literals;

struct Bench {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  RecordLocks locks{scheduler};
  std::vector<std::string> said;
  kernel::TaskScope scope;

  kernel::Task<void> work(std::string name, std::string record, kernel::Duration lasts) {
    const RecordLocks::Held held = co_await locks.hold(record);
    said.push_back(name + " begins");
    co_await kernel::sleep_for_duration(scheduler, lasts);
    said.push_back(name + " ends");
  }
};

TEST(RecordLocks, LetOneAfterTheOtherWorkOnARecordInTheOrderOfAsking) {
  Bench bench;
  bench.scope.spawn(bench.work("1", "a", 10ms));
  bench.scope.spawn(bench.work("2", "a", 10ms));
  bench.scope.spawn(bench.work("3", "b", 5ms));
  bench.scope.spawn(bench.work("4", "a", 1ms));
  bench.scheduler.run_until(kernel::at(1s));
  EXPECT_EQ(bench.said, (std::vector<std::string>{"1 begins", "3 begins", "3 ends", "1 ends", "2 begins",
                                                  "2 ends", "4 begins", "4 ends"}));
  EXPECT_EQ(bench.locks.count(), 0U);
}

TEST(RecordLocks, AreFreeAgainWhenTheirHolderOrAWaiterIsGone) {
  Bench bench;
  {
    kernel::TaskScope cancelled;
    cancelled.spawn(bench.work("1", "a", 1h));
    cancelled.spawn(bench.work("2", "a", 1h));
    bench.scheduler.run_until(kernel::at(1s));
    EXPECT_EQ(bench.locks.count(), 1U);
  }
  EXPECT_EQ(bench.locks.count(), 0U);
  bench.scope.spawn(bench.work("3", "a", 1ms));
  bench.scheduler.run_until(kernel::at(2s));
  EXPECT_EQ(bench.said, (std::vector<std::string>{"1 begins", "3 begins", "3 ends"}));
}

}  // namespace
}  // namespace service
