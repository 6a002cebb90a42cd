#include "emulator/sim/virtual_scheduler.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "tests/support/run_task.h"

namespace emulator::sim {
namespace {

using kernel::at;
using namespace std::chrono_literals;

TEST(VirtualScheduler, JumpsToTheNextTimer) {
  VirtualScheduler scheduler{support::kWallStart};
  std::string ran;
  scheduler.call_at(at(24h), [&] { ran += 'c'; });
  scheduler.call_at(at(1s), [&] {
    ran += 'a';
    scheduler.call_soon([&] { ran += 'b'; });
  });
  EXPECT_EQ(scheduler.pending(), 2U);
  EXPECT_TRUE(scheduler.step());
  EXPECT_EQ(scheduler.now(), at(1s));
  EXPECT_EQ(scheduler.wall_now(), support::kWallStart + 1s);
  scheduler.run();
  EXPECT_EQ(ran, "abc");
  EXPECT_EQ(scheduler.now(), at(24h));
  EXPECT_EQ(scheduler.timers_run(), 3U);
  EXPECT_FALSE(scheduler.step());
}

TEST(VirtualScheduler, RunsUpToAnInstantAndStandsThere) {
  VirtualScheduler scheduler{support::kWallStart};
  std::string ran;
  scheduler.call_at(at(1s), [&] { ran += 'a'; });
  scheduler.call_at(at(2s), [&] { ran += 'b'; });
  scheduler.call_at(at(2s + 1ns), [&] { ran += 'c'; });
  scheduler.run_until(at(2s));
  EXPECT_EQ(ran, "ab");
  EXPECT_EQ(scheduler.now(), at(2s));
  scheduler.run_until(at(1s));
  EXPECT_EQ(scheduler.now(), at(2s)) << "never back";
}

TEST(VirtualScheduler, RunsAPastTimerNowButAfterWhatIsDueNow) {
  VirtualScheduler scheduler{support::kWallStart};
  scheduler.run_until(at(10s));
  std::string ran;
  scheduler.call_at(at(10s), [&] { ran += 'a'; });
  scheduler.call_at(at(1s), [&] { ran += 'b'; });
  scheduler.run();
  EXPECT_EQ(ran, "ab");
  EXPECT_EQ(scheduler.now(), at(10s));
}

TEST(VirtualScheduler, LetsAnExceptionOutAndGoesOn) {
  VirtualScheduler scheduler{support::kWallStart};
  std::string ran;
  scheduler.call_at(at(1s), [] { throw std::runtime_error("broken"); });
  scheduler.call_at(at(2s), [&] { ran += 'b'; });
  EXPECT_THROW(scheduler.run(), std::runtime_error);
  EXPECT_EQ(scheduler.now(), at(1s));
  scheduler.run();
  EXPECT_EQ(ran, "b");
}

}  // namespace
}  // namespace emulator::sim
