#include "middleware/store/outbox.h"

#include <gtest/gtest.h>

#include "middleware/store/sqlite_file.h"
#include "tests/middleware/store/store_support.h"

namespace store {
namespace {

using kernel::at;
using kernel::Timestamp;
using namespace std::chrono_literals;

/// What every engine promises of callbacks.
class OutboxTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
#ifdef RELAYRIG_POSTGRES
    if (GetParam() == std::string("postgres")) SKIP_WITHOUT_POSTGRES();
#endif
    store = bed.open();
  }
  static Callback callback(const std::string& id, const std::string& lane = "") {
    return {.id = id,
            .event = "event of " + id,
            .name = "tell",
            .api = "crm",
            .lane = lane,
            .trace = "trace",
            .request = "{\"body\":\"" + id + "\"}"};
  }
  /// An event that ends with these.
  bool end(const std::string& event, Callbacks callbacks, Timestamp now = at(0s)) {
    const Claim claim = run(store->claim(event, now, now + 10s));
    return run(store->done(event, claim.fence, now, {}, std::move(callbacks)));
  }
  TakenCallbacks take(Timestamp now, int count_max = 10) {
    return run(outbox().take_callbacks(now, now + 30s, count_max));
  }
  /// "a#1 b#2": the taken and their deliveries.
  std::string taken(Timestamp now, int count_max = 10) {
    std::string all;
    for (const CallbackWork& work : take(now, count_max).works) {
      all += (all.empty() ? "" : " ") + work.callback.id + "#" + std::to_string(work.deliveries);
      fences[work.callback.id] = work.fence;
    }
    return all;
  }
  bool delivered(const std::string& id, Timestamp now) {
    return run(outbox().callback_delivered(id, fences[id], now));
  }
  bool park(const std::string& id, Timestamp not_before, bool counts = true) {
    return run(outbox().park_callback(id, fences[id], not_before, counts));
  }
  bool bury(const std::string& id, Timestamp now) {
    return run(
        outbox().bury_callback(id, fences[id], now, {.error_class = "permanent", .error = "status 422"}));
  }
  bool redrive(const std::string& id, Timestamp now) { return run(outbox().redrive_callback(id, now)); }
  std::string count() {
    const OutboxCount count = outbox().callback_count();
    return std::to_string(count.pending) + " pending, " + std::to_string(count.dead) + " dead";
  }
  template <class T>
  T run(kernel::Task<T> task) {
    return bed.run(std::move(task));
  }
  Outbox& outbox() { return store->outbox(); }

  StoreBed bed{GetParam()};
  std::unique_ptr<Store> store;
  std::map<std::string, std::uint64_t> fences;
};
INSTANTIATE_TEST_SUITE_P(Engines, OutboxTest, testing::Values(STORE_ENGINES),
                         [](const auto& engine) { return std::string(engine.param); });

TEST_P(OutboxTest, HoldsWhatTheEndOfAnEventLeaves) {
  EXPECT_EQ(count(), "0 pending, 0 dead");
  EXPECT_TRUE(end("e", {callback("a", "lane"), callback("b")}));
  EXPECT_EQ(count(), "2 pending, 0 dead");
  const TakenCallbacks both = take(at(0s));
  ASSERT_EQ(both.works.size(), 2U);
  const Callback& first = both.works[0].callback;
  EXPECT_EQ(first.id, "a");
  EXPECT_EQ(first.event, "event of a");
  EXPECT_EQ(first.name, "tell");
  EXPECT_EQ(first.api, "crm");
  EXPECT_EQ(first.lane, "lane");
  EXPECT_EQ(first.trace, "trace");
  EXPECT_EQ(first.request, "{\"body\":\"a\"}");
  EXPECT_EQ(both.next_due, at(30s)) << "when the lease ends";
}

TEST_P(OutboxTest, HoldsNothingOfAnEndThatWasRefused) {
  const Claim old = run(store->claim("e", at(0s), at(10s)));
  const Claim newer = run(store->claim("e", at(10s), at(20s)));
  EXPECT_FALSE(run(store->done("e", old.fence, at(11s), {}, {callback("a")})));
  EXPECT_EQ(count(), "0 pending, 0 dead");
  EXPECT_TRUE(run(store->done("e", newer.fence, at(12s), {}, {callback("a")})));
  EXPECT_EQ(taken(at(12s)), "a#1");
}

TEST_P(OutboxTest, HoldsWhatADeadEventLeaves) {
  run(store->accept({.id = "e", .type = "T", .payload = "{}"}, at(0s), 9));
  const std::uint64_t fence = run(store->take(at(0s), at(30s), 9)).works.at(0).fence;
  EXPECT_FALSE(run(store->bury("e", fence + 1, at(1s), {.error = "x"}, {callback("a")})));
  EXPECT_EQ(count(), "0 pending, 0 dead");
  EXPECT_TRUE(run(store->bury("e", fence, at(1s), {.error = "x"}, {callback("a")})));
  EXPECT_EQ(taken(at(1s)), "a#1");
}

TEST_P(OutboxTest, KeepsTheEarlierOfTwoWithOneId) {
  end("e", {callback("a")});
  end("f", {callback("a", "another lane")});
  EXPECT_EQ(count(), "1 pending, 0 dead");
  EXPECT_EQ(take(at(0s)).works.at(0).callback.lane, "");
}

TEST_P(OutboxTest, GivesACallbackToOneAtATimeAndAgainWhenItsLeaseIsOver) {
  end("e", {callback("a")});
  EXPECT_EQ(taken(at(0s)), "a#1");
  const std::uint64_t first = fences["a"];
  EXPECT_EQ(taken(at(29s)), "");
  EXPECT_EQ(taken(at(30s)), "a#2");
  EXPECT_GT(fences["a"], first);
  EXPECT_FALSE(run(outbox().callback_delivered("a", first, at(31s)))) << "the old owner may write no more";
  EXPECT_FALSE(run(outbox().park_callback("a", first, at(40s), true)));
  EXPECT_FALSE(run(outbox().bury_callback("a", first, at(31s), {})));
  EXPECT_TRUE(delivered("a", at(32s)));
  EXPECT_EQ(count(), "0 pending, 0 dead");
  EXPECT_EQ(taken(at(99s)), "");
  EXPECT_FALSE(delivered("a", at(99s))) << "only once";
}

TEST_P(OutboxTest, DeliversThoseOfALaneOneAfterTheOtherAndLanesSideBySide) {
  end("e", {callback("a1", "a"), callback("b1", "b")});
  end("f", {callback("a2", "a"), callback("free")});
  EXPECT_EQ(taken(at(0s)), "a1#1 b1#1 free#1");
  EXPECT_EQ(taken(at(1s)), "");
  EXPECT_TRUE(delivered("a1", at(2s)));
  EXPECT_EQ(taken(at(2s)), "a2#1");
}

TEST_P(OutboxTest, HoldsALaneUpWhileItsFirstIsParked) {
  end("e", {callback("a1", "a"), callback("a2", "a")});
  EXPECT_EQ(taken(at(0s)), "a1#1");
  EXPECT_TRUE(park("a1", at(20s)));
  const TakenCallbacks early = take(at(19s));
  EXPECT_TRUE(early.works.empty());
  EXPECT_EQ(early.next_due, at(20s));
  EXPECT_EQ(taken(at(20s)), "a1#2");
  EXPECT_TRUE(park("a1", at(40s), false));
  EXPECT_EQ(taken(at(40s)), "a1#2") << "one that does not count";
  EXPECT_TRUE(bury("a1", at(41s)));
  EXPECT_EQ(taken(at(41s)), "a2#1") << "the lane goes on";
}

TEST_P(OutboxTest, TakesTheLongestDueFirstAndNoMoreThanItIsAsked) {
  end("e", {callback("a"), callback("b"), callback("c")});
  EXPECT_EQ(taken(at(0s), 1), "a#1");
  EXPECT_TRUE(park("a", at(2s)));
  EXPECT_EQ(taken(at(3s), 2), "b#1 c#1");
  EXPECT_EQ(taken(at(3s), 2), "a#2");
}

TEST_P(OutboxTest, ListsTheDeadAndDeliversOneAgainBehindTheOthersOfItsLane) {
  end("e", {callback("a1", "a"), callback("a2", "a"), callback("a3", "a"), callback("z")});
  EXPECT_EQ(taken(at(0s)), "a1#1 z#1");
  EXPECT_TRUE(bury("z", at(1s)));
  EXPECT_TRUE(bury("a1", at(2s)));
  EXPECT_EQ(count(), "2 pending, 2 dead");
  auto dead = run(outbox().dead_callbacks(9));
  ASSERT_EQ(dead.size(), 2U);
  EXPECT_EQ(dead[0].callback.id, "z");
  EXPECT_EQ(dead[1].callback.id, "a1");
  EXPECT_EQ(dead[1].callback.request, "{\"body\":\"a1\"}");
  EXPECT_EQ(dead[1].error_class, "permanent");
  EXPECT_EQ(dead[1].error, "status 422");
  EXPECT_EQ(dead[1].deliveries, 1);
  EXPECT_EQ(dead[1].died_at, at(2s));
  EXPECT_EQ(run(outbox().dead_callbacks(1)).size(), 1U);
  EXPECT_FALSE(redrive("a2", at(3s))) << "it is not dead";
  EXPECT_TRUE(redrive("a1", at(3s)));
  EXPECT_FALSE(redrive("a1", at(3s)));
  EXPECT_EQ(count(), "3 pending, 1 dead");
  std::string order;
  for (int i = 4; i < 7; ++i) {
    const CallbackWork work = take(at(i * 1s)).works.at(0);
    order += work.callback.id + "#" + std::to_string(work.deliveries) + " ";
    EXPECT_TRUE(run(outbox().callback_delivered(work.callback.id, work.fence, at(i * 1s))));
  }
  EXPECT_EQ(order, "a2#1 a3#1 a1#1 ");
}

class SqliteOutboxTest : public testing::Test {
 protected:
  std::unique_ptr<SqliteStore> open() {
    auto opened = open_sqlite(path, scheduler, worker);
    if (!opened) throw std::runtime_error(opened.error().text());
    return std::move(*opened);
  }
  template <class T>
  T run(kernel::Task<T> task) {
    return support::run(scheduler, std::move(task));
  }
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  kernel::InlineWorker worker;
  TempFolder folder;
  std::string path = folder.file("store.db");
};

TEST_F(SqliteOutboxTest, KnowsAfterARestartWhatItWasTold) {
  auto store = open();
  Claim claim = run(store->claim("e", at(0s), at(9s)));
  run(store->done("e", claim.fence, at(0s), {},
                  {{.id = "a", .lane = "l"}, {.id = "b", .lane = "l"}, {.id = "c"}, {.id = "d"}}));
  auto works = run(store->outbox().take_callbacks(at(0s), at(30s), 9)).works;
  ASSERT_EQ(works.size(), 3U);
  EXPECT_TRUE(run(store->outbox().park_callback("c", works[1].fence, at(20s), true)));
  EXPECT_TRUE(run(store->outbox().bury_callback("d", works[2].fence, at(1s), {.error = "never"})));
  store.reset();

  store = open();
  EXPECT_EQ(store->outbox().callback_count().pending, 3);
  EXPECT_EQ(store->outbox().callback_count().dead, 1);
  works = run(store->outbox().take_callbacks(at(2s), at(32s), 9)).works;
  ASSERT_EQ(works.size(), 1U) << "c is parked, b waits behind a";
  EXPECT_EQ(works[0].callback.id, "a") << "the lease of a dead process is over";
  EXPECT_EQ(works[0].deliveries, 2);
  EXPECT_TRUE(run(store->outbox().callback_delivered("a", works[0].fence, at(3s))));
  EXPECT_EQ(run(store->outbox().take_callbacks(at(3s), at(33s), 9)).works.at(0).callback.id, "b");
  EXPECT_EQ(run(store->outbox().dead_callbacks(9)).at(0).error, "never");
}

TEST_F(SqliteOutboxTest, IsMadeInAFileOfTheVersionBefore) {
  auto store = open();
  run(store->accept({.id = "waiting", .type = "T", .payload = "{}"}, at(0s), 9));
  const Claim claim = run(store->claim("finished", at(0s), at(9s)));
  EXPECT_TRUE(run(store->done("finished", claim.fence, at(0s), {.record = "r", .version = "7"})));
  store.reset();
  {
    const auto file = SqliteFile::open(path);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->execute("DROP TABLE outbox; PRAGMA user_version = 1"));
  }
  store = open();
  EXPECT_EQ(run(store->claim("finished", at(1s), at(9s))).kind, ClaimKind::Done);
  EXPECT_EQ(run(store->applied_version("r")), "7");
  const auto works = run(store->take(at(1s), at(30s), 9)).works;
  ASSERT_EQ(works.size(), 1U);
  EXPECT_TRUE(run(store->done("waiting", works[0].fence, at(2s), {}, {{.id = "a"}})));
  store.reset();
  store = open();
  EXPECT_EQ(store->outbox().callback_count().pending, 1) << "and stays";
}

}  // namespace
}  // namespace store
