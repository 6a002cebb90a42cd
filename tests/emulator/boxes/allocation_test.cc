#include "emulator/salesforce/allocation.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace emulator::salesforce {
namespace {

using kernel::at;
using namespace std::chrono_literals;

TEST(RollingAllocation, FreesWhatWasTakenAWindowAgo) {
  RollingAllocation allocation(1h, 10);
  EXPECT_EQ(allocation.take(at(0s), 4), 4);
  EXPECT_EQ(allocation.take(at(1min), 4), 4);
  EXPECT_EQ(allocation.take(at(2min), 4), 2) << "what is left";
  EXPECT_EQ(allocation.take(at(2min), 1), 0);
  EXPECT_EQ(allocation.free_at(at(2min)), at(1h));
  EXPECT_EQ(allocation.left(at(1h - 1ns)), 0);
  EXPECT_EQ(allocation.left(at(1h)), 4);
  EXPECT_EQ(allocation.left(at(1h + 1min)), 8);
  EXPECT_EQ(allocation.left(at(1h + 2min)), 10);
}

// A million instants in a window, for three windows: what was taken is never free too early, and at most the
// hundred thousandth of a window (a second here) too late.
TEST(RollingAllocation, OfVeryManyInstantsIsNeverTooEarlyAndHardlyLate) {
  constexpr kernel::Duration kWindow = 100'000s;
  constexpr kernel::Duration kStep = 100ms;
  constexpr std::int64_t kMax = 1'000'010;  // enough for them all, with what is late
  RollingAllocation allocation(kWindow, kMax);
  for (std::int64_t i = 0; i < 3'000'000; ++i) {
    const kernel::Timestamp now = at(i * kStep);
    ASSERT_EQ(allocation.take(now, 1), 1) << i;
    const std::int64_t used = kMax - allocation.left(now);
    const std::int64_t truly = std::min<std::int64_t>(i + 1, 1'000'000);
    ASSERT_GE(used, truly) << i;
    ASSERT_LE(used, truly + 9) << i;
  }
  EXPECT_EQ(allocation.left(at(5 * kWindow)), kMax) << "nothing is lost";
}

}  // namespace
}  // namespace emulator::salesforce
