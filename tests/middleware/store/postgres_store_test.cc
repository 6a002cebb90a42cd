// What is true of the shared store alone: several instances, sessions that are lost, tables that are made.
#ifdef RELAYRIG_POSTGRES
#include "middleware/store/postgres_store.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/middleware/store/store_support.h"

namespace store {
namespace {

using kernel::at;
using kernel::Task;
using namespace std::chrono_literals;

class PostgresStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_POSTGRES();
    server = support::PostgresServer::shared();
  }
  std::unique_ptr<PostgresStore> open(int connections = 2) {
    return std::make_unique<PostgresStore>(
        PostgresConfig{.schema = schema, .connections = connections, .look_every = 20ms},
        postgres_ground(loop, worker));
  }
  template <class T>
  T run(Task<T> task) {
    return run_live(loop, std::move(task));
  }
  ClaimKind accept(Store& store, const std::string& id, const std::string& lane = "") {
    return run(store.accept({.id = id, .type = "T", .lane = lane, .payload = "{}"}, at(0s), 1000));
  }
  bool wait_until(const std::function<bool()>& done) {
    bool is_late = false;
    const kernel::TimerId limit = loop.call_at(loop.now() + 30s, [&is_late] { is_late = true; });
    loop.run_until([&] { return is_late || done(); });
    loop.cancel(limit);
    return !is_late;
  }
  /// Of the store's sessions, those that wait for something of this kind.
  std::string waiting(const std::string& kind) const {
    return server->ask(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'relayrig-middleware' "
        "AND " +
        kind);
  }
  void end_sessions(const std::string& kind = "true") const {
    server->ask(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = "
        "'relayrig-middleware' AND " +
        kind);
  }

  support::PostgresServer* server = nullptr;
  live::Loop loop;
  kernel::InlineWorker worker;
  std::string schema = new_schema();
};

TEST_F(PostgresStoreTest, IsOneStoreToAllWhoOpenIt) {
  const auto one = open();
  const auto two = open();
  EXPECT_EQ(accept(*one, "a", "lane"), ClaimKind::Accepted);
  EXPECT_EQ(accept(*two, "a", "lane"), ClaimKind::Waiting);
  EXPECT_EQ(accept(*two, "b", "lane"), ClaimKind::Accepted);
  const Taken first = run(two->take(at(0s), at(30s), 9));
  ASSERT_EQ(first.works.size(), 1U) << "b waits behind a";
  EXPECT_EQ(first.works[0].event.id, "a");
  EXPECT_TRUE(run(one->take(at(0s), at(30s), 9)).works.empty()) << "the other has it";
  EXPECT_TRUE(run(two->write_step("a", 1, {.step = "s", .body = "b"})));
  const Taken over = run(one->take(at(31s), at(60s), 9));
  ASSERT_EQ(over.works.size(), 1U) << "the other's lease is over";
  EXPECT_EQ(over.works[0].fence, 2U);
  EXPECT_EQ(over.works[0].steps.size(), 1U);
  EXPECT_FALSE(run(two->done("a", 1, at(31s)))) << "its writes are refused";
  EXPECT_TRUE(run(one->done("a", 2, at(31s), {}, {{.id = "c", .request = "{}"}})));
  EXPECT_EQ(run(two->take(at(31s), at(60s), 9)).works.at(0).event.id, "b");
  EXPECT_TRUE(wait_until([&] { return two->outbox().callback_count().pending == 1; }))
      << "it counts what others leave";
}

/// Everything of an instance: takes what is due and ends it, some of it only the second time.
Task<void> work_off(kernel::Scheduler& scheduler, Store& store, std::map<std::string, std::string>& order,
                    int& ended, int events) {
  while (ended < events) {
    const kernel::Timestamp now = scheduler.now();
    const Taken taken = co_await store.take(now, now + 60s, 3);
    for (const Work& work : taken.works) {
      // A parked head holds its lane up.
      const bool is_parked = work.deliveries == 1 && work.event.id.ends_with('3') &&
                             co_await store.park(work.event.id, work.fence, scheduler.now() + 2ms, true);
      if (is_parked) continue;
      std::string& lane = order[work.event.lane];
      lane += work.event.id + " ";
      if (co_await store.done(work.event.id, work.fence, scheduler.now())) ++ended;
    }
    if (taken.works.empty()) co_await kernel::sleep_for_duration(scheduler, 1ms);
  }
}

Task<void> feed(kernel::Scheduler& scheduler, Store& store, int lane, int events) {
  for (int i = 0; i < events; ++i) {
    const std::string id = std::to_string(lane) + "." + std::to_string(i);
    co_await store.accept({.id = id, .type = "T", .lane = "lane " + std::to_string(lane), .payload = "{}"},
                          scheduler.now(), 1000);
  }
}

TEST_F(PostgresStoreTest, KeepsTheOrderOfEachLaneHoweverManyTakeFromIt) {
  constexpr int kLanes = 6;
  constexpr int kEvents = 20;
  std::vector<std::unique_ptr<PostgresStore>> stores;
  for (int i = 0; i < 4; ++i) stores.push_back(open(3));
  std::map<std::string, std::string> order;
  int ended = 0;
  {
    kernel::TaskScope scope;
    for (int lane = 0; lane < kLanes; ++lane)
      scope.spawn(feed(loop, *stores[static_cast<std::size_t>(lane % 4)], lane, kEvents));
    for (const auto& store : stores) scope.spawn(work_off(loop, *store, order, ended, kLanes * kEvents));
    ASSERT_TRUE(wait_until([&] { return ended == kLanes * kEvents && scope.running() == 0; })) << ended;
  }
  for (int lane = 0; lane < kLanes; ++lane) {
    std::string expected;
    for (int i = 0; i < kEvents; ++i) expected += std::to_string(lane) + "." + std::to_string(i) + " ";
    EXPECT_EQ(order["lane " + std::to_string(lane)], expected);
  }
  EXPECT_EQ(server->ask("SELECT count(*) FROM " + schema + ".lanes"), "0") << "nothing is left of them";
}

TEST_F(PostgresStoreTest, FailsAtOnceAndSaysWhyWhileThereIsNoServer) {
  const auto store = open();
  EXPECT_EQ(accept(*store, "a"), ClaimKind::Accepted);
  EXPECT_FALSE(store->trouble());
  server->stop(SIGQUIT);
  EXPECT_EQ(accept(*store, "b"), ClaimKind::Failed);
  ASSERT_TRUE(store->trouble());
  EXPECT_NE(store->trouble()->text().find("PostgreSQL"), std::string::npos) << store->trouble()->text();
  EXPECT_EQ(store->trouble()->text().find("never-shown"), std::string::npos) << store->trouble()->text();
  server->start();
  EXPECT_TRUE(wait_until([&] { return !store->trouble(); })) << "it comes back by itself";
  EXPECT_EQ(accept(*store, "b"), ClaimKind::Accepted);
  EXPECT_EQ(accept(*store, "a"), ClaimKind::Waiting) << "what was told is there";
}

TEST_F(PostgresStoreTest, StartsBeforeItsServer) {
  server->stop(SIGINT);
  const auto store = open();
  EXPECT_TRUE(store->trouble());
  EXPECT_EQ(accept(*store, "a"), ClaimKind::Failed);
  server->start();
  EXPECT_TRUE(wait_until([&] { return !store->trouble(); }));
  EXPECT_EQ(accept(*store, "a"), ClaimKind::Accepted);
}

TEST_F(PostgresStoreTest, GoesOnWithAnotherSessionWhenOneIsEnded) {
  const auto store = open();
  EXPECT_EQ(accept(*store, "a"), ClaimKind::Accepted);
  end_sessions();
  EXPECT_EQ(accept(*store, "b"), ClaimKind::Accepted)
      << "one at rest" << (store->trouble() ? store->trouble()->text() : "");
  // One within a transaction, which waits for a row that somebody else holds.
  const auto blocker =
      run(PostgresSession::open(loop, loop, *read_postgres_url(server->url(), ""), loop.now() + 10s));
  run(blocker->script("BEGIN; UPDATE " + schema + ".events SET due = due"));
  kernel::TaskScope scope;
  const Taken none = run(store->take(at(0s), at(30s), 9));
  EXPECT_TRUE(none.works.empty()) << "what is locked is passed over";
  std::optional<ClaimKind> kind;
  scope.spawn(support::keep(store->accept({.id = "a", .type = "T"}, at(0s), 1000), kind));
  ASSERT_TRUE(wait_until([&] { return waiting("wait_event_type = 'Lock'") == "1"; }));
  end_sessions("wait_event_type = 'Lock'");
  run(blocker->script("ROLLBACK"));
  ASSERT_TRUE(wait_until([&] { return kind.has_value(); }));
  EXPECT_EQ(*kind, ClaimKind::Waiting) << "it was asked again";
}

TEST_F(PostgresStoreTest, AsksWhatBecameOfATransactionWhoseCommitWasNotAnswered) {
  const auto store = open();
  EXPECT_EQ(accept(*store, "a"), ClaimKind::Accepted);
  // The server has committed, and waits for a standby that never comes before it says so.
  server->ask("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  server->ask("SELECT pg_reload_conf()");
  ASSERT_TRUE(wait_until([&] { return server->ask("SHOW synchronous_standby_names") == "nobody"; }));
  std::optional<ClaimKind> kind;
  kernel::TaskScope scope;
  scope.spawn(support::keep(store->accept({.id = "b", .type = "T", .payload = "{}"}, at(0s), 1000), kind));
  EXPECT_TRUE(wait_until([&] { return waiting("wait_event = 'SyncRep'") != "0"; }));
  EXPECT_FALSE(kind);
  end_sessions("wait_event = 'SyncRep'");
  EXPECT_TRUE(wait_until([&] { return kind.has_value(); }));
  EXPECT_EQ(kind, ClaimKind::Accepted) << "not Waiting, as if somebody else had been first";
  server->ask("ALTER SYSTEM RESET synchronous_standby_names");
  server->ask("SELECT pg_reload_conf()");
  EXPECT_EQ(server->ask("SELECT count(*) FROM " + schema + ".events"), "2");
}

TEST_F(PostgresStoreTest, MakesItsTablesOnceHoweverManyComeAtOnce) {
  std::vector<std::unique_ptr<PostgresStore>> stores;
  std::vector<std::optional<ClaimKind>> kinds(8);
  kernel::TaskScope scope;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    stores.push_back(open());
    scope.spawn(support::keep(
        stores[i]->accept({.id = std::to_string(i), .type = "T", .payload = "{}"}, at(0s), 1000), kinds[i]));
  }
  ASSERT_TRUE(wait_until([&] { return scope.running() == 0; }));
  for (const auto& kind : kinds) EXPECT_EQ(kind, ClaimKind::Accepted);
  EXPECT_EQ(server->ask("SELECT count(*) FROM " + schema + ".about"), "1");
}

TEST_F(PostgresStoreTest, SaysWhatIsWrongWithASchema) {
  const auto refusal = [this] {
    const auto store = open();
    EXPECT_EQ(accept(*store, "a"), ClaimKind::Failed);
    return store->trouble() ? store->trouble()->text() : "none";
  };
  server->ask("CREATE SCHEMA " + schema);
  server->ask("CREATE TABLE " + schema + ".orders (id int)");
  EXPECT_EQ(refusal(), "the store: PostgreSQL: the schema '" + schema +
                           "' has tables of another program; 'schema' names another");
  schema = new_schema();
  EXPECT_EQ(accept(*open(), "a"), ClaimKind::Accepted);
  server->ask("UPDATE " + schema + ".about SET version = 2");
  EXPECT_EQ(refusal(), "the store: PostgreSQL: the schema '" + schema +
                           "' is of version 2; this program reads and writes version 1");
  server->ask("UPDATE " + schema + ".about SET version = 1, program = 'another'");
  EXPECT_EQ(refusal(), "the store: PostgreSQL: the schema '" + schema + "' is another program's");
}

TEST_F(PostgresStoreTest, HoldsAnyBytes) {
  const auto store = open();
  const std::string bytes = std::string("\0\xff\\x", 4) + std::string(5000, 'k');
  EXPECT_EQ(run(store->accept({.id = bytes, .type = bytes, .lane = bytes, .trace = bytes, .payload = bytes},
                              at(0s), 9)),
            ClaimKind::Accepted);
  const Taken taken = run(store->take(at(0s), at(30s), 9));
  ASSERT_EQ(taken.works.size(), 1U);
  const AcceptedEvent& event = taken.works[0].event;
  for (const std::string& text : {event.id, event.type, event.lane, event.trace, event.payload})
    EXPECT_EQ(text, bytes);
  EXPECT_TRUE(run(store->write_step(bytes, 1, {.step = bytes, .status = 200, .body = bytes})));
  EXPECT_TRUE(run(store->done(bytes, 1, at(1s), {.record = bytes, .version = bytes},
                              {{.id = bytes, .event = bytes, .lane = bytes, .request = bytes}})));
  EXPECT_EQ(run(store->applied_version(bytes)), bytes);
  const auto told = run(store->outbox().take_callbacks(at(1s), at(30s), 9)).works;
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].callback.request + told[0].callback.lane, bytes + bytes);
}

TEST_F(PostgresStoreTest, TellsInstancesOfEachOther) {
  const auto one = open();
  const auto two = open();
  const auto meet = [this](PostgresStore& store, const std::string& name, std::vector<OpenBreaker> open,
                           kernel::Timestamp now) {
    return *run(store.meet(name, std::move(open), now, now - 10500ms));
  };
  EXPECT_EQ(meet(*one, "one", {{"erp", at(30s)}, {"crm", at(9s)}}, at(0s)).instances, 1);
  const Meeting both = meet(*two, "two", {{"erp", at(90s)}}, at(10s));
  EXPECT_EQ(both.instances, 2);
  ASSERT_EQ(both.open.size(), 1U) << "that of crm is over";
  EXPECT_EQ(both.open[0].api, "erp");
  EXPECT_LT(std::chrono::abs(both.open[0].until - at(30s)), 100ms) << "in the other's own time";
  EXPECT_TRUE(meet(*two, "two", {}, at(11s)).open.empty()) << "who is not seen any more has no say";
  EXPECT_EQ(meet(*two, "two", {}, at(11s)).instances, 1);
}

TEST_F(PostgresStoreTest, ForgetsWhatWasDoneLongAgo) {
  const auto store = open();
  const Claim claim = run(store->claim("a", at(0s), at(10s)));
  EXPECT_TRUE(run(store->done("a", claim.fence, at(1s), {.record = "r", .version = "1"})));
  server->ask("UPDATE " + schema + ".events SET ended = ended - 8 * 86400 * 1000000000::bigint");
  EXPECT_TRUE(wait_until([&] { return server->ask("SELECT count(*) FROM " + schema + ".events") == "0"; }));
  EXPECT_EQ(run(store->applied_version("r")), "1") << "what is younger stays";
}

}  // namespace
}  // namespace store
#endif
