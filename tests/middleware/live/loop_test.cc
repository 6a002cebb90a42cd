#include "middleware/live/loop.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"

namespace {

using namespace std::chrono_literals;

TEST(Loop, RunsTimersByTimeAndEqualTimesInTheOrderOfAsking) {
  live::Loop loop;
  std::string order;
  const kernel::Timestamp soon = loop.now() + 1ms;
  loop.call_at(soon + 1ms, [&] { order += "d"; });
  loop.call_at(soon, [&] { order += "b"; });
  loop.call_at(soon, [&] { order += "c"; });
  loop.call_soon([&] { order += "a"; });
  loop.run_until([&] { return order.size() == 4; });
  EXPECT_EQ(order, "abcd");
}

TEST(Loop, ATimeThatHasPassedDoesNotOvertake) {
  live::Loop loop;
  std::string order;
  loop.call_soon([&] { order += "a"; });
  loop.call_at(kernel::at(0s), [&] { order += "b"; });
  loop.run_until([&] { return order.size() == 2; });
  EXPECT_EQ(order, "ab");
}

TEST(Loop, RunsWhatWasPostedBeforeTheTimersThatAreDue) {
  live::Loop loop;
  std::string order;
  loop.call_soon([&] { order += "c"; });
  loop.post([&] { order += "a"; });
  loop.post([&] { order += "b"; });
  loop.run_until([&] { return order.size() == 3; });
  EXPECT_EQ(order, "abc");
}

TEST(Loop, ACancelledTimerDoesNotRun) {
  live::Loop loop;
  std::string order;
  const kernel::TimerId cancelled = loop.call_at(loop.now() + 1ms, [&] { order += "x"; });
  loop.call_at(loop.now() + 2ms, [&] { order += "a"; });
  EXPECT_TRUE(loop.cancel(cancelled));
  EXPECT_FALSE(loop.cancel(cancelled));
  loop.run_until([&] { return !order.empty(); });
  EXPECT_EQ(order, "a");
}

TEST(Loop, TakesActionsFromManyThreadsAndKeepsTheOrderOfEach) {
  constexpr int kThreads = 4;
  constexpr int kActions = 5000;
  live::Loop loop;
  std::vector<int> last(kThreads, -1);
  int run = 0;
  bool in_order = true;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kActions; ++i) {
        loop.post([&, t, i] {
          in_order = in_order && last[static_cast<std::size_t>(t)] == i - 1;
          last[static_cast<std::size_t>(t)] = i;
          ++run;
        });
      }
    });
  }
  loop.run_until([&] { return run == kThreads * kActions; });
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(in_order);
}

TEST(Loop, WakesForAThreadWhileNothingElseIsPending) {
  live::Loop loop;
  bool ran = false;
  std::thread other([&] { loop.post([&] { ran = true; }); });
  loop.run_until([&] { return ran; });
  other.join();
  EXPECT_TRUE(ran);
}

TEST(Loop, StopsFromAnyThread) {
  live::Loop loop;
  std::thread other([&] { loop.stop(); });
  loop.run();
  other.join();
}

TEST(Loop, AStopEndsOneRunAndKeepsTheRest) {
  live::Loop loop;
  std::string order;
  loop.post([&] {
    order += "a";
    loop.stop();
  });
  loop.post([&] { order += "b"; });
  loop.run();
  EXPECT_EQ(order, "a");
  loop.stop();
  loop.run();
  EXPECT_EQ(order, "a") << "a stop without a run ends the next one at once";
  loop.run_until([&] { return order.size() == 2; });
  EXPECT_EQ(order, "ab");
}

TEST(Loop, LetsAnExceptionOutAndGoesOn) {
  live::Loop loop;
  std::string order;
  loop.post([] { throw std::runtime_error("broken"); });
  loop.post([&] { order += "a"; });
  EXPECT_THROW(loop.run(), std::runtime_error);
  loop.run_until([&] { return !order.empty(); });
  EXPECT_EQ(order, "a");
}

kernel::Task<void> sleep_an_hour(kernel::Scheduler& scheduler, bool& woke) {
  co_await kernel::sleep_for_duration(scheduler, 1h);
  woke = true;
}

TEST(Loop, RunTimePassesAsFastAsAsked) {
  live::Loop loop({.speed = 3'600'000});  // an hour takes a millisecond
  bool woke = false;
  kernel::TaskScope scope;
  const kernel::Timestamp start = loop.now();
  scope.spawn(sleep_an_hour(loop, woke));
  loop.run_until([&] { return woke; });
  EXPECT_GE(loop.now(), start + 1h);
}

TEST(Loop, WallTimeIsTheStartMovedByRunTime) {
  live::Loop loop({.speed = 60});
  const auto before = loop.now();
  const auto wall = loop.wall_now();
  const auto after = loop.now();
  EXPECT_LE(wall - after.time_since_epoch(), loop.wall_now() - before.time_since_epoch());
  EXPECT_GT(wall, kernel::parse_wall_time("2020-01-01").value());
}

}  // namespace
