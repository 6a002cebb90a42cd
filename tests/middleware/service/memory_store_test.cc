#include "middleware/store/memory_store.h"

#include <gtest/gtest.h>

#include "tests/support/run_task.h"

namespace store {
namespace {

using kernel::at;
using kernel::Timestamp;
using namespace std::chrono_literals;

class MemoryStoreTest : public testing::Test {
 protected:
  Claim claim(Timestamp now, Timestamp lease_until, std::string event = "e") {
    return support::run(scheduler, store.claim(std::move(event), now, lease_until));
  }
  bool step_done(std::uint64_t fence, const std::string& step) {
    return support::run(scheduler,
                        store.write_step("e", fence, {.step = step, .status = 201, .body = step + " body"}));
  }
  bool done(std::uint64_t fence, Timestamp now) {
    return support::run(scheduler, store.done("e", fence, now));
  }
  bool release(std::uint64_t fence) { return support::run(scheduler, store.release("e", fence)); }

  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  MemoryStore store{1h};
};

TEST_F(MemoryStoreTest, GivesAnEventToOneClaimantAtATime) {
  const Claim first = claim(at(0s), at(10s));
  EXPECT_EQ(first.kind, ClaimKind::Claimed);
  EXPECT_EQ(first.fence, 1U);
  EXPECT_EQ(first.lease_until, at(10s));
  const Claim second = claim(at(9'999ms), at(30s));
  EXPECT_EQ(second.kind, ClaimKind::InFlight);
  EXPECT_EQ(second.lease_until, at(10s)) << "of the holder";
  EXPECT_EQ(claim(at(0s), at(10s), "another").kind, ClaimKind::Claimed);
}

TEST_F(MemoryStoreTest, HandsAnEventOverWhenItsLeaseIsOverWithWhatIsDone) {
  const Claim first = claim(at(0s), at(10s));
  EXPECT_TRUE(step_done(first.fence, "charge"));
  const Claim second = claim(at(10s), at(20s));
  EXPECT_EQ(second.kind, ClaimKind::Claimed);
  EXPECT_EQ(second.fence, 2U);
  ASSERT_EQ(second.steps.size(), 1U);
  EXPECT_EQ(second.steps[0].step, "charge");
  EXPECT_EQ(second.steps[0].status, 201);
  EXPECT_EQ(second.steps[0].body, "charge body");
  EXPECT_FALSE(step_done(first.fence, "ship")) << "the old owner may write no more";
  EXPECT_FALSE(done(first.fence, at(11s)));
  EXPECT_FALSE(release(first.fence));
  EXPECT_EQ(claim(at(12s), at(22s)).kind, ClaimKind::InFlight) << "nor give away what it lost";
  EXPECT_TRUE(done(second.fence, at(13s)));
}

TEST_F(MemoryStoreTest, KeepsTheStepsOfAnEventThatIsGivenBack) {
  const Claim first = claim(at(0s), at(10s));
  EXPECT_TRUE(step_done(first.fence, "charge"));
  EXPECT_TRUE(release(first.fence));
  const Claim second = claim(at(0s), at(10s));
  EXPECT_EQ(second.kind, ClaimKind::Claimed);
  EXPECT_EQ(second.steps.size(), 1U);
}

TEST_F(MemoryStoreTest, HoldsTheLastThatWasWrittenOfAStep) {
  const Claim first = claim(at(0s), at(10s));
  const auto write = [&](StepState state, const std::string& body) {
    return support::run(scheduler,
                        store.write_step("e", first.fence, {.step = "charge", .state = state, .body = body}));
  };
  EXPECT_TRUE(write(StepState::Intended, ""));
  EXPECT_TRUE(write(StepState::Done, "answer"));
  EXPECT_TRUE(release(first.fence));
  const Claim second = claim(at(1s), at(10s));
  ASSERT_EQ(second.steps.size(), 1U);
  EXPECT_EQ(second.steps[0].state, StepState::Done);
  EXPECT_EQ(second.steps[0].body, "answer");
}

TEST_F(MemoryStoreTest, RemembersADoneEventForItsTime) {
  const Claim first = claim(at(0s), at(10s));
  EXPECT_TRUE(done(first.fence, at(5s)));
  EXPECT_FALSE(done(first.fence, at(5s))) << "once";
  EXPECT_FALSE(step_done(first.fence, "late"));
  EXPECT_EQ(claim(at(20s), at(30s)).kind, ClaimKind::Done);
  EXPECT_EQ(claim(at(1h + 4'999ms), at(2h)).kind, ClaimKind::Done);
  EXPECT_EQ(store.events(), 1U);
  EXPECT_EQ(claim(at(1h + 5s), at(2h)).kind, ClaimKind::Claimed) << "then it has forgotten";
}

TEST_F(MemoryStoreTest, ForgetsWithoutBeingAskedForThatEvent) {
  for (int i = 0; i < 10; ++i) {
    const std::string event = "event " + std::to_string(i);
    const Claim c = claim(at(0s), at(10s), event);
    EXPECT_TRUE(support::run(scheduler, store.done(event, c.fence, at(1s))));
  }
  EXPECT_EQ(store.events(), 10U);
  claim(at(1h + 1s), at(2h), "another");
  EXPECT_EQ(store.events(), 1U);
}

TEST_F(MemoryStoreTest, KnowsNothingOfAnEventThatWasNeverClaimed) {
  EXPECT_FALSE(step_done(1, "charge"));
  EXPECT_FALSE(done(1, at(0s)));
  EXPECT_FALSE(release(1));
  EXPECT_EQ(store.events(), 0U);
}

}  // namespace
}  // namespace store
