#include <gtest/gtest.h>

#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

const std::string kOrders = RELAYRIG_SOURCE_DIR "/scenarios/data/order_placed.jsonl";

/// `SELECT`s of the changes of one kind, as "seconds subject from to" lines.
std::string changes_of(const Ran& ran, const std::string& kind) {
  return ran.ask(
      "SELECT printf('%.3f', at_ns / 1e9), subject, from_state, to_state FROM transitions WHERE kind = '" +
      kind + "' ORDER BY id");
}

TEST(AppRunnerRun, DeploysInItsOwnTime) {
  const Ran ran(scenario_of(
      shipped("a_version_that_never_listens_changes_nothing"),
      {"expect=[]", "given.compute.provisioning=30s", "given.compute.routing=10s", "given.compute.min=2",
       "timeline=[{at: 0s, publish: Order_Placed__e, from: " + kOrders +
           ", count: 1}, {at: 5s, deploy: {}}, {at: 1m, deploy: {fails: true}}]"}));
  EXPECT_EQ(ran.result.verdict, "passed");
  EXPECT_EQ(changes_of(ran, "service"),
            "5.000|middleware|RUNNING|OPERATION_IN_PROGRESS\n"
            "45.000|middleware|OPERATION_IN_PROGRESS|RUNNING\n"
            "60.000|middleware|RUNNING|OPERATION_IN_PROGRESS\n"
            "110.000|middleware|OPERATION_IN_PROGRESS|RUNNING\n");
  EXPECT_EQ(changes_of(ran, "instance"),
            "0.000|middleware-1|inactive|active\n"
            "5.000|middleware-3||provisioning\n"
            "5.000|middleware-4||provisioning\n"
            "45.000|middleware-3|provisioning|active\n"
            "45.000|middleware-4|provisioning|inactive\n"
            "45.000|middleware-1|active|gone\n"
            "45.000|middleware-2|inactive|gone\n"
            "60.000|middleware-5||provisioning\n"
            "60.000|middleware-6||provisioning\n"
            "105.000|middleware-3|active|inactive\n"
            "110.000|middleware-5|provisioning|gone\n"
            "110.000|middleware-6|provisioning|gone\n");
}

TEST(AppRunnerRun, RefusesADeploymentAmidAnother) {
  const Ran ran(scenario_of(shipped("a_version_that_never_listens_changes_nothing"),
                            {"expect=[]", "timeline=[{at: 0s, deploy: {}}, {at: 1s, deploy: {}}]"}));
  EXPECT_EQ(ran.ask("SELECT message FROM logs WHERE message LIKE 'deployment%'"),
            "deployment refused: Service cannot be changed in the current state: OPERATION_IN_PROGRESS\n");
}

TEST(AppRunnerRun, TellsRulesOfTheDefaultBusAboutDeployments) {
  const Ran ran(scenario_of(
      shipped("a_version_that_never_listens_changes_nothing"),
      {"expect=[]", "given.queues={told: {}}",
       "given.bus.buses={default: {rules: [{name: services, pattern: {source: [aws.apprunner], detail: "
       "{operationStatus: [DeploymentFailed]}}, target: {queue: told}}]}}",
       "timeline=[{at: 0s, deploy: {fails: true}}]"}));
  EXPECT_EQ(ran.ask("SELECT operation, source FROM hops WHERE stage = 'queue' AND target = 'told'"),
            "SendMessage|bus\n");
}

TEST(AppRunnerRun, LeavesAcceptedWorkAloneWithoutCpuAndFinishesItWithIt) {
  struct Case {
    const char* cpu;
    const char* charged;  ///< the second of the first order's charge
  };
  // With CPU it is charged when its parking is over, without when the second order comes and the instance
  // has been activated.
  for (const Case& c : {Case{"while_active", "1801\n"}, Case{"always", "141\n"}}) {
    const Ran ran(scenario_of(shipped("an_accepted_order_stands_still_until_the_next_request"),
                              {"expect=[]", std::string("given.compute.cpu=") + c.cpu}));
    EXPECT_EQ(ran.result.verdict, "passed") << c.cpu;
    EXPECT_EQ(ran.ask("SELECT min(first_ns) / 1000000000 FROM effects WHERE operation = 'charge'"), c.charged)
        << c.cpu;
  }
}

TEST(AppRunnerRun, SaysWhatIsWrongWithItsSettings) {
  struct Case {
    const char* name;
    std::string override_text;
    std::string says;
  };
  const Case cases[] = {
      {"an interval of 21 s", "given.compute.health={interval: 21s}", "from 1s to 20s"},
      {"no failures", "given.compute.health={unhealthy: 0}", "'unhealthy' wants a whole number from 1 to 20"},
      {"a path of tcp", "given.compute.health={path: /health}", "'path' goes with 'protocol: http'"},
      {"a path without /", "given.compute.health={protocol: http, path: health}", "'path' begins with /"},
      {"another CPU", "given.compute.cpu=sometimes", "'cpu' wants"},
      {"a deployment for a while", "timeline=[{at: 0s, for: 1m, deploy: {}}]", "'for'"},
      {"an instance of no version", "timeline=[{at: 0s, deploy: {}}, {at: 1s, for: 1s, crash: middleware-7}]",
       "middleware-7"},
  };
  for (const Case& c : cases) {
    const auto scenario = read_scenario(shipped("a_version_that_never_listens_changes_nothing"),
                                        overrides_of({c.override_text}));
    ASSERT_FALSE(scenario) << c.name;
    EXPECT_NE(scenario.error().error().text().find(c.says), std::string::npos)
        << c.name << ": " << scenario.error().error().text();
  }
}

}  // namespace
}  // namespace emulator::runner
