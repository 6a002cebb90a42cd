// A store that all instances of the middleware share, and that fails.
#include <gtest/gtest.h>

#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

constexpr const char* kGone = "a_shared_store_gone_for_a_minute_loses_nothing";
constexpr const char* kSlow = "a_slow_shared_store_only_slows_orders_down";

TEST(StoreFault, RepeatsWithItsSeed) {
  for (const char* name : {kGone, kSlow}) {
    const Ran ran(scenario_of(shipped(name)), {.verify = true});
    EXPECT_EQ(ran.result.verdict, "passed")
        << name << ran.ask("SELECT name, found FROM checks WHERE verdict <> 'passed'");
  }
}

TEST(StoreFault, IsInTheRunFileFromItsBeginToItsEnd) {
  const Ran ran(scenario_of(shipped(kGone)));
  EXPECT_EQ(
      ran.ask("SELECT from_state, to_state, at_ns / 1000000 FROM transitions WHERE kind = 'store' ORDER "
              "BY id"),
      "available|unavailable|10000\nunavailable|available|70000\n");
  EXPECT_EQ(ran.ask("SELECT count(*) FROM hops WHERE stage = 'compute' AND status = 202 AND start_ns BETWEEN "
                    "10000000000 AND 69999999999"),
            "0\n")
      << "nothing is acknowledged that cannot be kept";
}

TEST(StoreFault, OfASharedStoreLeavesTheWorkOfADeadInstanceToTheOthers) {
  const Ran ran(scenario_of(
      shipped(kSlow),
      {"expect=[]", "timeline=[{at: 0s, publish: Order_Placed__e, from: " RELAYRIG_SOURCE_DIR
                    "/scenarios/data/order_placed.jsonl, count: 50, rate: 10/s}, {at: 2050ms, for: 10m, "
                    "crash: middleware-1}]"}));
  EXPECT_EQ(ran.result.verdict, "passed")
      << ran.ask("SELECT name, found FROM checks WHERE verdict <> 'passed'");
  EXPECT_EQ(ran.ask("SELECT count(*) FROM events WHERE \"end\" = 'delivered'"), "50\n");
  EXPECT_EQ(ran.ask("SELECT max(ended_ns) < 600000000000 FROM events"), "1\n") << "before it is back";
}

TEST(StoreFault, WantsAStoreThatIsSharedAndATime) {
  const auto refusal = [](const std::string& line, const std::string& store) {
    const auto scenario = read_scenario(
        shipped(kGone),
        overrides_of({"timeline=[" + line + "]", "given.compute.middleware.inbox.store=" + store}));
    return scenario ? "fine" : scenario.error().error().text();
  };
  const std::string shared = "{postgres: 'env:DB'}";
  EXPECT_EQ(refusal("{at: 1s, for: 1s, store: {slow: 1s}}", shared), "fine");
  EXPECT_NE(refusal("{at: 1s, for: 1s, store: unavailable}", "memory").find("instances share"),
            std::string::npos);
  EXPECT_NE(refusal("{at: 1s, store: unavailable}", shared).find("'store' in a line of the timeline needs"),
            std::string::npos);
  EXPECT_NE(refusal("{at: 1s, for: 1s, store: broken}", shared).find("'store' wants"), std::string::npos);
}

}  // namespace
}  // namespace emulator::runner
