#include "middleware/kernel/task.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"
#include "tests/support/run_task.h"

namespace kernel {
namespace {

using emulator::sim::VirtualScheduler;
using namespace std::chrono_literals;

/// Writes its name when it goes.
class Leaves {
 public:
  Leaves(std::string& log, char name) : log_(log), name_(name) {}
  Leaves(const Leaves&) = delete;
  Leaves& operator=(const Leaves&) = delete;
  ~Leaves() { log_ += name_; }

 private:
  std::string& log_;
  char name_;
};

Task<int> at_once(int value) { co_return value; }

Task<int> after(Scheduler& scheduler, Duration wait, int value) {
  co_await sleep_for_duration(scheduler, wait);
  co_return value;
}

Task<int> fails(std::string what) {
  throw std::runtime_error(what);
  co_return 0;
}

Task<int> fails_after(Scheduler& scheduler, Duration wait) {
  co_await sleep_for_duration(scheduler, wait);
  throw std::runtime_error("late");
}

Task<void> holds(Scheduler& scheduler, std::string& log, char name, Duration wait) {
  const Leaves leaves(log, name);
  co_await sleep_for_duration(scheduler, wait);
}

Task<void> holds_outside(Scheduler& scheduler, std::string& log) {
  const Leaves leaves(log, 'o');
  co_await holds(scheduler, log, 'i', 1s);
}

TEST(Task, DoesNothingUntilItIsAwaited) {
  VirtualScheduler scheduler{support::kWallStart};
  std::string log;
  {
    const Task<void> never = holds(scheduler, log, 'x', 1s);
  }
  EXPECT_EQ(log, "") << "its locals were never made";
  EXPECT_EQ(scheduler.pending(), 0U);
}

TEST(Task, HandsItsValueOverWithoutACopy) {
  struct Box {
    static Task<std::unique_ptr<int>> make() { co_return std::make_unique<int>(5); }
  };
  VirtualScheduler scheduler{support::kWallStart};
  EXPECT_EQ(*support::run(scheduler, Box::make()), 5);
}

TEST(Task, RethrowsToWhoAwaitsIt) {
  struct Flow {
    static Task<std::string> run(Scheduler& scheduler) {
      std::string caught;
      try {
        co_await fails("at once");
      } catch (const std::runtime_error& error) {
        caught += error.what();
      }
      try {
        co_await fails_after(scheduler, 1s);
      } catch (const std::runtime_error& error) {
        caught += std::string(", ") + error.what();
      }
      co_return caught;
    }
  };
  VirtualScheduler scheduler{support::kWallStart};
  EXPECT_EQ(support::run(scheduler, Flow::run(scheduler)), "at once, late");
}

TEST(Task, DestroyedWhileItWaitsLeavesNoTimerAndNoLocal) {
  VirtualScheduler scheduler{support::kWallStart};
  std::string log;
  {
    TaskScope scope;
    scope.spawn(holds_outside(scheduler, log));
    EXPECT_EQ(scheduler.pending(), 1U);
  }
  EXPECT_EQ(log, "io") << "inside out";
  EXPECT_EQ(scheduler.pending(), 0U);
}

struct Deep {
  static Task<int> down(Scheduler& scheduler, int levels) {
    if (levels == 0) co_return co_await after(scheduler, 1s, 0);
    co_return 1 + co_await down(scheduler, levels - 1);
  }
  static Task<int> along(int count) {
    int sum = 0;
    for (int i = 0; i < count; ++i) sum += co_await at_once(1);
    co_return sum;
  }
};

TEST(Task, ChainsOfAHundredThousandNeedNoStack) {
  VirtualScheduler scheduler{support::kWallStart};
  EXPECT_EQ(support::run(scheduler, Deep::down(scheduler, 100'000)), 100'000);
  EXPECT_EQ(support::run(scheduler, Deep::along(100'000)), 100'000);
}

TEST(TaskScope, RunsATaskUntilItFirstWaits) {
  VirtualScheduler scheduler{support::kWallStart};
  std::string log;
  TaskScope scope;
  scope.spawn(holds(scheduler, log, 'a', 0s));
  EXPECT_EQ(log, "a") << "a wait of nothing is none";
  EXPECT_EQ(scope.running(), 0U);
  scope.spawn(holds(scheduler, log, 'b', 1s));
  EXPECT_EQ(scope.running(), 1U);
  scheduler.run();
  EXPECT_EQ(log, "ab");
  EXPECT_EQ(scope.running(), 0U);
}

TEST(TaskScope, CancelsTheNewestFirst) {
  VirtualScheduler scheduler{support::kWallStart};
  std::string log;
  TaskScope scope;
  for (const char name : {'a', 'b', 'c', 'd'})
    scope.spawn(holds(scheduler, log, name, name == 'b' ? 1s : 9s));
  scheduler.run_until(at(1s));
  EXPECT_EQ(log, "b");
  scope.cancel_all();
  EXPECT_EQ(log, "bdca");
  EXPECT_EQ(scope.running(), 0U);
  EXPECT_EQ(scheduler.pending(), 0U);
}

TEST(TaskScope, LetsAnExceptionLeaveTheLoop) {
  VirtualScheduler scheduler{support::kWallStart};
  std::optional<int> never;
  TaskScope scope;
  EXPECT_THROW(scope.spawn(support::keep(fails("first"), never)), std::runtime_error);
  scope.spawn(support::keep(fails_after(scheduler, 1s), never));
  EXPECT_THROW(scheduler.run(), std::runtime_error);
  EXPECT_EQ(scheduler.now(), at(1s));
  EXPECT_FALSE(never);
}

}  // namespace
}  // namespace kernel
