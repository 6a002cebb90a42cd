#include "middleware/program/fellowship.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/recorded_hops.h"
#include "tests/support/run_task.h"
#include "tests/support/scripted_api.h"

namespace {

using core::BreakerState;
using kernel::at;
using kernel::Timestamp;
using namespace std::chrono_literals;

/// What a shared store would keep.
class Table final : public store::Fellows {
 public:
  kernel::Task<std::optional<store::Meeting>> meet(std::string instance, std::vector<store::OpenBreaker> open,
                                                   Timestamp now, Timestamp forget_before) override {
    if (is_gone) co_return std::nullopt;
    rows[instance] = {now, std::move(open)};
    std::erase_if(rows, [&](const auto& row) { return row.second.first < forget_before; });
    store::Meeting meeting{.instances = static_cast<int>(rows.size())};
    for (const auto& [name, row] : rows) {
      if (name != instance) meeting.open.insert(meeting.open.end(), row.second.begin(), row.second.end());
    }
    co_return meeting;
  }
  std::map<std::string, std::pair<Timestamp, std::vector<store::OpenBreaker>>> rows;
  bool is_gone = false;
};

/// One process.
struct Instance {
  Instance(Table& table, emulator::sim::VirtualScheduler& its_scheduler, const std::string& name)
      : scheduler(its_scheduler), fellowship(table, scheduler, hops, name, 1s) {
    fellowship.join({&caller});
    fellowship.start();
  }
  service::ApiConfig config() const {
    service::ApiConfig config{.name = "erp"};
    config.rate =
        core::RateRules{.limits = {core::TokenBucketRules{.tokens = 10, .per = 1s, .capacity = 10}}};
    return config;
  }
  BreakerState state() const { return caller.breaker_state(); }

  emulator::sim::VirtualScheduler& scheduler;
  support::RecordedHops hops{scheduler};
  support::ScriptedApi api{scheduler};
  service::Surroundings around{.scheduler = scheduler, .client = api, .hops = hops};
  service::ApiCaller caller{config(), around};
  program::Fellowship fellowship;
};

struct FellowshipTest : testing::Test {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  Table table;
};

TEST_F(FellowshipTest, CountsWhoIsThereAndForgetsWhoIsGone) {
  Instance one(table, scheduler, "one");
  {
    Instance two(table, scheduler, "two");
    scheduler.run_until(at(1s));
    EXPECT_EQ(one.fellowship.instances(), 2);
    EXPECT_EQ(two.fellowship.instances(), 2);
  }
  scheduler.run_until(at(10s));
  EXPECT_EQ(one.fellowship.instances(), 2) << "it may only be slow";
  scheduler.run_until(at(13s));
  EXPECT_EQ(one.fellowship.instances(), 1);
}

TEST_F(FellowshipTest, LeavesARateAloneUntilTheOthersKnowOfIt) {
  Instance one(table, scheduler, "one");
  EXPECT_EQ(one.caller.gate().pause_left(), 1s);
  scheduler.run_until(at(1s));
  EXPECT_EQ(one.caller.gate().pause_left(), 0s);
}

TEST_F(FellowshipTest, OpensABreakerThatAnotherOpenedAndLetsItCloseByItself) {
  Instance one(table, scheduler, "one");
  Instance two(table, scheduler, "two");
  scheduler.run_until(at(2500ms));
  one.caller.breaker()->open(scheduler.now());
  scheduler.run_until(at(4s));
  EXPECT_EQ(two.state(), BreakerState::Open);
  EXPECT_TRUE(table.rows["two"].second.empty()) << "what it heard it does not tell again";
  EXPECT_EQ(table.rows["one"].second.size(), 1U);
  two.caller.breaker()->reset(scheduler.now());
  scheduler.run_until(at(6s));
  EXPECT_EQ(two.state(), BreakerState::Closed) << "it is no news any more";
}

TEST_F(FellowshipTest, GoesOnAsBeforeWhileTheStoreIsGone) {
  Instance one(table, scheduler, "one");
  Instance two(table, scheduler, "two");
  scheduler.run_until(at(1s));
  table.is_gone = true;
  scheduler.run_until(at(60s));
  EXPECT_EQ(one.fellowship.instances(), 2);
}

}  // namespace
