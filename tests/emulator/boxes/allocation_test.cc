#include "emulator/salesforce/allocation.h"

#include <gtest/gtest.h>

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

// 200,000 instants a minute apart, more than are told apart: what was taken is never free too early, and
// never much too late.
TEST(RollingAllocation, OfVeryManyInstantsFreesNeighboursTogether) {
  constexpr int kInstants = 200'000;
  const kernel::Duration window = std::chrono::minutes{kInstants};
  RollingAllocation allocation(window, kInstants + 1);
  for (int i = 0; i < kInstants; ++i) ASSERT_EQ(allocation.take(at(std::chrono::minutes{i}), 1), 1);
  EXPECT_EQ(allocation.left(at(std::chrono::minutes{kInstants - 1})), 1);
  std::int64_t most_late = 0;
  for (int i = 0; i < kInstants; ++i) {
    const std::int64_t truly_left = i + 2;
    const std::int64_t left = allocation.left(at(window + std::chrono::minutes{i}));
    ASSERT_LE(left, truly_left);
    most_late = std::max(most_late, truly_left - left);
  }
  EXPECT_EQ(most_late, 3) << "four instants were merged into one, at most";
  EXPECT_EQ(allocation.left(at(2 * window)), kInstants + 1) << "nothing is lost";
}

}  // namespace
}  // namespace emulator::salesforce
