#include <gtest/gtest.h>

#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

constexpr const char* kScenario = "an_overloaded_load_balancer_answers_late_and_never_429";

/// "" when the scenario is good; else its first problem.
std::string problem(const std::string& name, const std::vector<std::string>& sets) {
  const auto scenario = read_scenario(shipped(name), overrides_of(sets));
  if (scenario) return "";
  const std::string text = scenario.error().text();
  return text.substr(0, text.find('\n'));
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(EcsAlb, HasMetricsOfTheLoadBalancerInPlaceOfAppRunners) {
  const Ran ran(scenario_of(shipped(kScenario), {"given.metrics=true"}));
  EXPECT_EQ(ran.result.verdict, "passed");
  EXPECT_EQ(ran.ask("SELECT count(*) FROM metrics WHERE name LIKE 'AWS/AppRunner%'"), "0\n");
  EXPECT_EQ(ran.ask("SELECT sum(value) FROM metrics WHERE name = 'AWS/ApplicationELB RequestCount' AND "
                    "dimensions NOT LIKE '%TargetGroup%'"),
            ran.ask("SELECT count(*) FROM hops WHERE stage = 'compute' AND start_ns < 180000000000"))
      << "of the minutes that are over";
  EXPECT_EQ(
      ran.ask("SELECT sum(value) FROM metrics WHERE name = 'AWS/ApplicationELB HTTPCode_ELB_504_Count'"),
      ran.ask("SELECT count(*) FROM hops WHERE stage = 'compute' AND status = 504"));
}

TEST(EcsAlb, RefusesAlarmsOnMetricsOfTheOtherProfile) {
  const auto alarm = [](const std::string& metric) {
    return std::vector<std::string>{"given.alarms={a: {" + metric +
                                    ", threshold: 1, comparison: GreaterThanThreshold}}"};
  };
  const std::string cpu = "metric: CPUUtilization, namespace: AWS/ECS, dimensions: ";
  EXPECT_EQ(problem(kScenario, alarm(cpu + "{ClusterName: default, ServiceName: middleware}")), "");
  EXPECT_TRUE(has(problem(kScenario, alarm(cpu + "{ServiceName: middleware}")),
                  "whose dimensions are {ClusterName: default, ServiceName: middleware}"));
  EXPECT_TRUE(has(problem(kScenario, alarm("metric: Requests, namespace: AWS/AppRunner")),
                  "watches a metric of AWS/AppRunner, and the profile is ecs-alb"));
  EXPECT_TRUE(has(problem("every_order_arrives_once", alarm(cpu + "{ServiceName: middleware}")),
                  "watches a metric of AWS/ECS, and the profile of compute is app-runner"));
}

TEST(EcsAlb, FollowsRequestsByTarget) {
  const Ran ran(scenario_of(shipped("tasks_follow_the_load_by_alarms"),
                            {"given.compute.scaling={metric: requests_per_target, target: 100}",
                             "expect=[{every: event, ends: "
                             "delivered}]"}));
  EXPECT_EQ(ran.result.verdict, "passed");
  EXPECT_EQ(ran.ask("SELECT to_state FROM transitions WHERE kind = 'service' AND at_ns = 180000000000"),
            "3\n")
      << "300 a minute";
}

TEST(EcsAlb, CrashesATask) {
  EXPECT_EQ(problem(kScenario, {"timeline=[{at: 1s, crash: middleware-10, for: 1s}]"}), "");
  EXPECT_TRUE(has(problem(kScenario, {"timeline=[{at: 1s, crash: middleware-11, for: 1s}]"}),
                  "the crash is of the instance 'middleware-11', which is not given"));
}

}  // namespace
}  // namespace emulator::runner
