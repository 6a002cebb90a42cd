#include "middleware/store/sqlite_store.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <deque>
#include <fstream>

#include "middleware/store/sqlite_file.h"
#include "tests/middleware/store/store_support.h"

namespace store {
namespace {

using kernel::at;
using namespace std::chrono_literals;

/// Keeps work until it is told to do it.
class HeldWorker final : public kernel::Worker {
 public:
  void post(kernel::Action work) override { posted.push_back(std::move(work)); }
  void wait_idle() override {
    while (!posted.empty()) work_one();
  }
  void work_one() {
    kernel::Action work = std::move(posted.front());
    posted.pop_front();
    work();
  }
  std::deque<kernel::Action> posted;
};

class SqliteStoreTest : public testing::Test {
 protected:
  std::unique_ptr<SqliteStore> open() {
    auto opened = open_sqlite(path, scheduler, worker);
    if (!opened) throw std::runtime_error(opened.error().text());
    return std::move(*opened);
  }
  std::string refusal() {
    const auto opened = open_sqlite(path, scheduler, worker);
    return opened ? "opened" : opened.error().text();
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

TEST_F(SqliteStoreTest, KnowsAfterARestartWhatItWasTold) {
  auto store = open();
  EXPECT_EQ(run(store->accept({.id = "a", .type = "T", .lane = "l", .payload = "{}"}, at(0s), 9)),
            ClaimKind::Accepted);
  EXPECT_EQ(run(store->accept({.id = "b", .type = "T", .lane = "l", .payload = "{}"}, at(0s), 9)),
            ClaimKind::Accepted);
  const std::uint64_t fence = run(store->take(at(0s), at(30s), 9)).works.at(0).fence;
  EXPECT_TRUE(run(store->write_step("a", fence, {.step = "charge", .status = 201, .body = "answer"})));
  const Claim held = run(store->claim("c", at(0s), at(30s), {7}));
  store.reset();

  store = open();
  const Taken taken = run(store->take(at(1s), at(31s), 9));
  ASSERT_EQ(taken.works.size(), 1U) << "the lease of a dead process is over";
  EXPECT_EQ(taken.works[0].event.id, "a");
  EXPECT_EQ(taken.works[0].deliveries, 2);
  EXPECT_GT(taken.works[0].fence, fence);
  ASSERT_EQ(taken.works[0].steps.size(), 1U);
  EXPECT_EQ(taken.works[0].steps[0].body, "answer");
  const Claim again = run(store->claim("c", at(1s), at(31s), {7}));
  EXPECT_EQ(again.kind, ClaimKind::Claimed);
  EXPECT_GT(again.fence, held.fence);
  EXPECT_EQ(run(store->claim("c", at(1s), at(31s), {8})).kind, ClaimKind::OtherPayload);
}

TEST_F(SqliteStoreTest, KeepsAParkedEventParkedOverARestart) {
  auto store = open();
  run(store->accept({.id = "a", .type = "T", .payload = "{}"}, at(0s), 9));
  EXPECT_TRUE(run(store->park("a", run(store->take(at(0s), at(30s), 9)).works.at(0).fence, at(20s), true)));
  store.reset();
  store = open();
  const Taken early = run(store->take(at(10s), at(40s), 9));
  EXPECT_TRUE(early.works.empty());
  EXPECT_EQ(early.next_due, at(20s)) << "times are those of the calendar";
}

TEST_F(SqliteStoreTest, WritesWhatComesWhileItWritesInOneCommit) {
  HeldWorker held;
  auto opened = SqliteStore::open({.path = path}, scheduler, held, [](kernel::Action action) { action(); });
  ASSERT_TRUE(opened);
  std::vector<std::optional<ClaimKind>> kinds(5);
  kernel::TaskScope scope;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    scope.spawn(support::keep(
        (*opened)->accept({.id = "e" + std::to_string(i), .type = "T", .payload = "{}"}, at(0s), 9),
        kinds[i]));
  }
  EXPECT_EQ(held.posted.size(), 1U) << "the first alone";
  held.work_one();
  scheduler.run();
  EXPECT_TRUE(kinds[0].has_value());
  EXPECT_FALSE(kinds[1].has_value()) << "nobody is told before it is on the disk";
  ASSERT_EQ(held.posted.size(), 1U) << "and all others together";
  held.work_one();
  scheduler.run();
  for (const auto& kind : kinds) EXPECT_EQ(kind, ClaimKind::Accepted);
}

TEST_F(SqliteStoreTest, SaysWhatIsWrongWithAFile) {
  std::ofstream(path) << std::string(9000, 'x');
  EXPECT_EQ(refusal(), path + ": is no file of a store, or damaged");
  path = folder.file("none/store.db");
  EXPECT_NE(refusal().find("unable to open"), std::string::npos);
  path = folder.file("later.db");
  open().reset();
  {
    const auto file = SqliteFile::open(path);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->execute("PRAGMA user_version = 3"));
  }
  EXPECT_EQ(refusal(), path + ": is a store of version 3; this program reads and writes version 2");
  {
    const auto file = SqliteFile::open(folder.file("foreign.db"));
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->execute("PRAGMA application_id = 5"));
  }
  path = folder.file("foreign.db");
  EXPECT_EQ(refusal(), path + ": is a database of another program, no store of the middleware");
}

TEST_F(SqliteStoreTest, IsOfOneProcessOnly) {
  const auto store = open();
  EXPECT_EQ(refusal(), path + ": the store is in use by another process");
}

TEST_F(SqliteStoreTest, AcknowledgesNothingThatTheDiskDidNotTake) {
  auto store = open();
  EXPECT_EQ(run(store->accept({.id = "a", .type = "T", .payload = "{}"}, at(0s), 9)), ClaimKind::Accepted);
  const std::string large(1 << 20, 'x');
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit full{.rlim_cur = 200'000, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  const ClaimKind refused = run(store->accept({.id = "b", .type = "T", .payload = large}, at(0s), 9));
  const bool has_trouble = store->trouble().has_value();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(refused, ClaimKind::Failed);
  EXPECT_TRUE(has_trouble);
  EXPECT_EQ(run(store->accept({.id = "b", .type = "T", .payload = large}, at(0s), 9)), ClaimKind::Accepted)
      << "and goes on when there is room again";
  EXPECT_FALSE(store->trouble());
  EXPECT_EQ(run(store->take(at(0s), at(30s), 9)).works.size(), 2U);
}

}  // namespace
}  // namespace store
