#include "middleware/store/store.h"

#include <gtest/gtest.h>

#include "middleware/store/memory_store.h"
#include "tests/middleware/store/store_support.h"

namespace store {
namespace {

using kernel::at;
using kernel::Timestamp;
using namespace std::chrono_literals;

/// What every engine promises.
class StoreTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
#ifdef RELAYRIG_POSTGRES
    if (GetParam() == std::string("postgres")) SKIP_WITHOUT_POSTGRES();
#endif
    store = bed.open();
  }
  Claim claim(Timestamp now, Timestamp lease_until, std::string event = "e", Fingerprint print = {}) {
    return run(store->claim(std::move(event), now, lease_until, print));
  }
  bool step_done(std::uint64_t fence, const std::string& step) {
    return run(store->write_step("e", fence, {.step = step, .status = 201, .body = step + " body"}));
  }
  bool done(std::uint64_t fence, Timestamp now) { return run(store->done("e", fence, now)); }
  bool release(std::uint64_t fence) { return run(store->release("e", fence)); }

  ClaimKind accept(const std::string& id, const std::string& lane = "", Timestamp now = at(0s)) {
    return run(
        store->accept({.id = id, .type = "T", .lane = lane, .trace = "tr", .payload = "{\"a\":1}"}, now, 5));
  }
  Taken take(Timestamp now, int count_max = 10) { return run(store->take(now, now + 30s, count_max)); }
  /// "a#1 b#2": the taken and their deliveries.
  static std::string text(const Taken& taken) {
    std::string all;
    for (const Work& work : taken.works) {
      all += (all.empty() ? "" : " ") + work.event.id + "#" + std::to_string(work.deliveries);
    }
    return all;
  }
  template <class T>
  T run(kernel::Task<T> task) {
    return bed.run(std::move(task));
  }

  StoreBed bed{GetParam()};
  std::unique_ptr<Store> store;
};
INSTANTIATE_TEST_SUITE_P(Engines, StoreTest, testing::Values(STORE_ENGINES),
                         [](const auto& engine) { return std::string(engine.param); });

TEST_P(StoreTest, GivesAnEventToOneClaimantAtATime) {
  const Claim first = claim(at(0s), at(10s));
  EXPECT_EQ(first.kind, ClaimKind::Claimed);
  EXPECT_EQ(first.fence, 1U);
  EXPECT_EQ(first.lease_until, at(10s));
  const Claim second = claim(at(9'999ms), at(30s));
  EXPECT_EQ(second.kind, ClaimKind::InFlight);
  EXPECT_EQ(second.lease_until, at(10s)) << "of the holder";
  EXPECT_EQ(claim(at(0s), at(10s), "another").kind, ClaimKind::Claimed);
}

TEST_P(StoreTest, HandsAnEventOverWhenItsLeaseIsOverWithWhatIsDone) {
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

TEST_P(StoreTest, KeepsTheStepsOfAnEventThatIsGivenBack) {
  const Claim first = claim(at(0s), at(10s));
  EXPECT_TRUE(step_done(first.fence, "charge"));
  EXPECT_TRUE(release(first.fence));
  const Claim second = claim(at(0s), at(10s));
  EXPECT_EQ(second.kind, ClaimKind::Claimed);
  EXPECT_EQ(second.steps.size(), 1U);
}

TEST_P(StoreTest, HoldsTheLastThatWasWrittenOfAStep) {
  const Claim first = claim(at(0s), at(10s));
  const auto write = [&](StepState state, const std::string& body) {
    return run(store->write_step("e", first.fence, {.step = "charge", .state = state, .body = body}));
  };
  EXPECT_TRUE(write(StepState::Intended, ""));
  EXPECT_TRUE(write(StepState::Done, "answer"));
  EXPECT_TRUE(release(first.fence));
  const Claim second = claim(at(1s), at(10s));
  ASSERT_EQ(second.steps.size(), 1U);
  EXPECT_EQ(second.steps[0].state, StepState::Done);
  EXPECT_EQ(second.steps[0].body, "answer");
}

TEST_P(StoreTest, RemembersADoneEventForItsTime) {
  const Claim first = claim(at(0s), at(10s));
  EXPECT_TRUE(done(first.fence, at(5s)));
  EXPECT_FALSE(done(first.fence, at(5s))) << "once";
  EXPECT_FALSE(step_done(first.fence, "late"));
  EXPECT_EQ(claim(at(20s), at(30s)).kind, ClaimKind::Done);
  EXPECT_EQ(claim(at(1h + 4'999ms), at(2h)).kind, ClaimKind::Done);
  EXPECT_EQ(claim(at(1h + 5s), at(2h)).kind, ClaimKind::Claimed) << "then it has forgotten";
}

TEST_P(StoreTest, KnowsNothingOfAnEventThatWasNeverClaimed) {
  EXPECT_FALSE(step_done(1, "charge"));
  EXPECT_FALSE(done(1, at(0s)));
  EXPECT_FALSE(release(1));
}

TEST_P(StoreTest, RefusesAnotherPayloadUnderTheSameId) {
  const Fingerprint one{1};
  const Fingerprint two{2};
  EXPECT_EQ(claim(at(0s), at(10s), "e", one).kind, ClaimKind::Claimed);
  EXPECT_EQ(claim(at(0s), at(10s), "e", two).kind, ClaimKind::OtherPayload) << "held or not";
  EXPECT_EQ(claim(at(0s), at(10s), "e", one).kind, ClaimKind::InFlight);
  EXPECT_EQ(claim(at(0s), at(10s), "e").kind, ClaimKind::InFlight) << "who does not say is believed";
  EXPECT_TRUE(done(1, at(1s)));
  EXPECT_EQ(claim(at(2s), at(10s), "e", two).kind, ClaimKind::OtherPayload);
  EXPECT_EQ(claim(at(2s), at(10s), "e", one).kind, ClaimKind::Done);
}

TEST_P(StoreTest, KeepsWhatItAccepts) {
  EXPECT_EQ(accept("a"), ClaimKind::Accepted);
  EXPECT_EQ(accept("a"), ClaimKind::Waiting) << "a duplicate";
  EXPECT_EQ(claim(at(0s), at(10s), "a").kind, ClaimKind::Waiting) << "nor may it be claimed";
  const Taken taken = take(at(1s));
  ASSERT_EQ(text(taken), "a#1");
  EXPECT_EQ(taken.next_due, at(31s)) << "when the lease is over";
  const AcceptedEvent& event = taken.works[0].event;
  EXPECT_EQ(event.type + " " + event.trace + " " + event.payload, "T tr {\"a\":1}");
  EXPECT_EQ(text(take(at(2s))), "") << "it is held";
  EXPECT_TRUE(run(store->done("a", taken.works[0].fence, at(3s))));
  EXPECT_EQ(accept("a"), ClaimKind::Done);
  EXPECT_EQ(take(at(99s)).next_due, std::nullopt);
}

TEST_P(StoreTest, HandsAnAcceptedEventOutAgainWhenItsLeaseIsOverWithItsSteps) {
  accept("a");
  const std::uint64_t first = take(at(0s)).works[0].fence;
  EXPECT_TRUE(run(store->write_step("a", first, {.step = "charge", .status = 201, .body = "b"})));
  EXPECT_EQ(text(take(at(29'999ms))), "");
  const Taken again = take(at(30s));
  ASSERT_EQ(text(again), "a#2");
  ASSERT_EQ(again.works[0].steps.size(), 1U);
  EXPECT_EQ(again.works[0].steps[0].body, "b");
  EXPECT_FALSE(run(store->done("a", first, at(31s)))) << "the old owner may end it no more";
  EXPECT_FALSE(run(store->park("a", first, at(40s), true)));
  EXPECT_FALSE(run(store->bury("a", first, at(40s), {})));
  EXPECT_TRUE(run(store->done("a", again.works[0].fence, at(31s))));
}

TEST_P(StoreTest, HandsOutOneEventOfALaneAtATimeAndTheFirstFirst) {
  accept("a1", "a");
  accept("b1", "b");
  accept("a2", "a");
  accept("n1");
  accept("n2");
  const Taken heads = take(at(0s));
  ASSERT_EQ(text(heads), "a1#1 b1#1 n1#1 n2#1");
  EXPECT_TRUE(run(store->park("a1", heads.works[0].fence, at(10s), true)));
  EXPECT_TRUE(run(store->done("b1", heads.works[1].fence, at(1s))));
  EXPECT_EQ(text(take(at(2s))), "") << "a2 waits behind its head, which is parked";
  EXPECT_EQ(take(at(2s)).next_due, at(10s));
  const Taken again = take(at(10s));
  ASSERT_EQ(text(again), "a1#2");
  EXPECT_TRUE(run(store->done("a1", again.works[0].fence, at(11s))));
  EXPECT_EQ(text(take(at(11s))), "a2#1");
}

TEST_P(StoreTest, TakesNoMoreThanItIsAskedFor) {
  for (const char* id : {"a", "b", "c"}) accept(id);
  EXPECT_EQ(text(take(at(0s), 2)), "a#1 b#1");
  EXPECT_EQ(text(take(at(0s), 2)), "c#1");
}

TEST_P(StoreTest, IsFullWhenSoManyWait) {
  for (const char* id : {"a", "b", "c", "d", "e"}) EXPECT_EQ(accept(id), ClaimKind::Accepted);
  EXPECT_EQ(accept("f"), ClaimKind::Full);
  EXPECT_EQ(accept("a"), ClaimKind::Waiting) << "a duplicate takes no room";
  EXPECT_TRUE(run(store->done("a", take(at(0s)).works[0].fence, at(1s))));
  EXPECT_EQ(accept("f"), ClaimKind::Accepted);
}

TEST_P(StoreTest, CountsOnlyDeliveriesThatCount) {
  accept("a");
  EXPECT_TRUE(run(store->park("a", take(at(0s)).works[0].fence, at(1s), false)));
  EXPECT_TRUE(run(store->park("a", take(at(1s)).works[0].fence, at(2s), true)));
  EXPECT_EQ(text(take(at(2s))), "a#2");
}

TEST_P(StoreTest, BuriesAnEventAndTheLaneGoesOn) {
  accept("a1", "a");
  accept("a2", "a");
  EXPECT_TRUE(run(store->bury("a1", take(at(5s)).works[0].fence, at(6s),
                              {.error_class = "permanent", .error = "status 422"})));
  EXPECT_EQ(accept("a1"), ClaimKind::Dead);
  EXPECT_EQ(claim(at(6s), at(9s), "a1").kind, ClaimKind::Dead);
  const auto letters = run(store->dead_letters(10));
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].event.id + " " + letters[0].event.payload + " " + letters[0].error_class + " " +
                letters[0].error,
            "a1 {\"a\":1} permanent status 422");
  EXPECT_EQ(letters[0].deliveries, 1);
  EXPECT_EQ(letters[0].died_at, at(6s));
  EXPECT_EQ(text(take(at(6s))), "a2#1");
}

TEST_P(StoreTest, RedrivesADeadEventBehindItsLaneWithItsSteps) {
  accept("a1", "a");
  accept("a2", "a");
  const std::uint64_t fence = take(at(0s)).works[0].fence;
  EXPECT_TRUE(run(store->write_step("a1", fence, {.step = "charge", .body = "b"})));
  EXPECT_TRUE(run(store->bury("a1", fence, at(1s), {})));
  EXPECT_FALSE(run(store->redrive("a2", at(2s)))) << "it lives";
  EXPECT_TRUE(run(store->redrive("a1", at(2s))));
  EXPECT_TRUE(run(store->dead_letters(10)).empty());
  const Taken next = take(at(2s));
  ASSERT_EQ(text(next), "a2#1") << "its turn is over";
  EXPECT_TRUE(run(store->done("a2", next.works[0].fence, at(3s))));
  const Taken again = take(at(3s));
  ASSERT_EQ(text(again), "a1#1");
  EXPECT_GT(again.works[0].fence, fence);
  EXPECT_EQ(again.works[0].steps.size(), 1U);
}

TEST_P(StoreTest, TakesOverWhatACallerKeptSoFar) {
  EXPECT_EQ(claim(at(0s), at(10s)).kind, ClaimKind::Claimed);
  EXPECT_TRUE(step_done(1, "charge"));
  EXPECT_EQ(accept("e"), ClaimKind::InFlight);
  EXPECT_TRUE(release(1));
  EXPECT_EQ(accept("e"), ClaimKind::Accepted);
  const Taken taken = take(at(1s));
  ASSERT_EQ(text(taken), "e#1");
  EXPECT_EQ(taken.works[0].fence, 2U);
  EXPECT_EQ(taken.works[0].steps.size(), 1U);
}

TEST_P(StoreTest, RemembersTheNewestVersionThatWasApplied) {
  const auto apply = [this](const std::string& event, const std::string& version) {
    const Claim held = claim(at(0s), at(10s), event);
    return run(store->done(event, held.fence, at(1s), {.record = "r", .version = version}));
  };
  EXPECT_EQ(run(store->applied_version("r")), "");
  EXPECT_TRUE(apply("x", "2"));
  EXPECT_TRUE(apply("y", "1"));
  EXPECT_EQ(run(store->applied_version("r")), "2");
  EXPECT_EQ(run(store->applied_version("another")), "");
}

TEST_P(StoreTest, WritesAStepAndTheVersionOfARecordTogether) {
  const auto apply = [this](std::uint64_t fence, const std::string& record, const std::string& version) {
    return run(store->write_applied("e", fence, at(1s), {.step = "sync[" + record + "]", .body = {}},
                                    {.record = record, .version = version}));
  };
  const Claim first = claim(at(0s), at(10s), "e");
  EXPECT_TRUE(apply(first.fence, "r1", "2"));
  EXPECT_TRUE(apply(first.fence, "r2", "2"));
  EXPECT_TRUE(apply(first.fence, "r1", "1")) << "the step is written, and the newer version stays";
  EXPECT_TRUE(run(store->write_applied("e", first.fence, at(1s), {.step = "sync[none]", .body = {}}, {})));
  EXPECT_EQ(run(store->applied_version("r1")) + run(store->applied_version("r2")), "22");
  const Claim second = claim(at(20s), at(30s), "e");
  EXPECT_EQ(second.steps.size(), 3U);
  EXPECT_FALSE(apply(first.fence, "r1", "3")) << "the claim is another's by now";
  EXPECT_EQ(run(store->applied_version("r1")), "2");
}

}  // namespace
}  // namespace store
