#include "middleware/store/memory_store.h"

#include <gtest/gtest.h>

#include "tests/support/run_task.h"

namespace store {
namespace {

using kernel::at;
using namespace std::chrono_literals;

TEST(MemoryStore, ForgetsWithoutBeingAskedForThatEvent) {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  MemoryStore store{1h};
  for (int i = 0; i < 10; ++i) {
    const std::string event = "event " + std::to_string(i);
    const Claim c = support::run(scheduler, store.claim(event, at(0s), at(10s)));
    EXPECT_TRUE(support::run(scheduler, store.done(event, c.fence, at(1s))));
  }
  EXPECT_EQ(store.events(), 10U);
  support::run(scheduler, store.claim("another", at(1h + 1s), at(2h)));
  EXPECT_EQ(store.events(), 1U);
}

TEST(MemoryStore, HoldsNothingOfAnEventThatWasNeverClaimed) {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  MemoryStore store;
  EXPECT_FALSE(support::run(scheduler, store.done("e", 1, at(0s))));
  EXPECT_FALSE(support::run(scheduler, store.release("e", 1)));
  EXPECT_EQ(store.events(), 0U);
}

}  // namespace
}  // namespace store
