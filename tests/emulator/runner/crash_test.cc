#include <gtest/gtest.h>

#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

constexpr const char* kAccepted = "an_accepted_order_outlives_its_instance";

TEST(Crash, OfAnInstanceLosesWhatItHadAcceptedIntoItsMemory) {
  const Ran ran(scenario_of(shipped(kAccepted), {"given.compute.middleware.inbox.store=memory"}));
  EXPECT_EQ(ran.result.verdict, "failed");
  EXPECT_EQ(ran.ask("SELECT verdict FROM checks WHERE name = 'nothing_lost'"), "failed\n");
  EXPECT_NE(ran.ask("SELECT count(*) FROM events WHERE \"end\" = 'lost'"), "0\n");
}

TEST(Crash, RepeatsWithItsSeed) {
  for (const char* name :
       {kAccepted, "an_instance_killed_in_mid_flow_charges_once", "a_failing_order_holds_its_customer_up"}) {
    const Ran ran(scenario_of(shipped(name)), {.verify = true});
    EXPECT_EQ(ran.result.verdict, "passed")
        << name << ran.ask("SELECT name, found FROM checks WHERE verdict <> 'passed'");
  }
}

TEST(Crash, EndsAnAcceptedEventWhenTheMiddlewareDoes) {
  const Ran ran(scenario_of(shipped("a_failing_order_holds_its_customer_up")));
  EXPECT_EQ(ran.ask("SELECT \"end\", count(*) FROM events GROUP BY 1 ORDER BY 1"),
            "dead_lettered|1\ndelivered|3\n");
  // Acknowledged at once, charged when its parking is over.
  EXPECT_EQ(ran.ask("SELECT ended_ns >= 20000000000 FROM events WHERE ordering_key = 'SO-1'"), "1\n");
}

TEST(Crash, EndsTheBreakersOfAnInstance) {
  const Ran ran(
      scenario_of(shipped(kAccepted),
                  {"expect=[]", "timeline=[{at: 0s, publish: Order_Placed__e, from: " RELAYRIG_SOURCE_DIR
                                "/scenarios/data/order_placed.jsonl, count: 50, rate: 5/s}, {at: 0s, for: "
                                "5s, fault: payments, respond: 500}, "
                                "{at: 5s, for: 100ms, crash: middleware-1}]"}));
  EXPECT_EQ(
      ran.ask("SELECT to_state FROM transitions WHERE kind = 'breaker' AND at_ns < 5000000000 ORDER BY id"),
      "open\n");
  EXPECT_NE(
      ran.ask("SELECT count(*) FROM hops WHERE stage = 'api' AND target = 'payments' AND start_ns BETWEEN "
              "5100000000 AND 6000000000"),
      "0\n")
      << "the new one is closed";
  EXPECT_EQ(ran.result.verdict, "passed")
      << ran.ask("SELECT name, found FROM checks WHERE verdict <> 'passed'");
}

TEST(Crash, WantsAnInstanceThatMayBeThere) {
  const auto refusal = [](const std::string& line) {
    const auto scenario = read_scenario(shipped(kAccepted), overrides_of({"timeline=[" + line + "]"}));
    return scenario ? "fine" : scenario.error().error().text();
  };
  EXPECT_NE(refusal("{at: 1s, for: 1s, crash: middleware-2}").find("did you mean 'middleware-1'"),
            std::string::npos);
  EXPECT_NE(refusal("{at: 1s, crash: middleware-1}").find("'crash' in a line of the timeline needs"),
            std::string::npos)
      << refusal("{at: 1s, crash: middleware-1}");
}

}  // namespace
}  // namespace emulator::runner
