#include "emulator/runner/alarms_given.h"
#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

class AlarmsFile {
 public:
  AlarmsFile() {
    put(dir_ / "middleware.yaml",
        "apis: {erp: {}}\nflows: [{event: Order__e, steps: [{name: book, api: erp, path: /orders}]}]\n");
  }
  /// "" when the scenario is good; else its first problem.
  std::string problem(const std::string& alarms, const std::string& expectation = "") const {
    const auto scenario = read_scenario(write(alarms, expectation), {});
    if (scenario) return "";
    const std::string text = without(scenario.error().text(), dir_ / "");
    return text.substr(0, text.find('\n'));
  }
  Scenario read(const std::string& alarms, const std::string& expectation = "") const {
    return scenario_of(write(alarms, expectation));
  }

 private:
  std::string write(const std::string& alarms, const std::string& expectation) const {
    return put(
        dir_ / "s.yaml",
        "name: a_claim\ngiven:\n  alarms: " + alarms +
            "\n  bus: {rules: [{pattern: {source: [a]}, target: {lambda: ingest}}]}\n"
            "  lambda: {ingest: {}}\n  topics: {ops: {}}\n"
            "  compute: {middleware: middleware.yaml}\n  apis: {erp: {operations: [{path: /orders}]}}\n"
            "timeline:\n  - {at: 0s, publish: Order__e, fields: {}}\n" +
            (expectation.empty() ? "" : "expect:\n  - " + expectation + "\n"));
  }
  TempDir dir_;
};

TEST(AlarmsGiven, AreSaidInTheWordsOfCloudWatch) {
  const AlarmsFile file;
  const Scenario scenario = file.read(
      "{errors: {metric: Errors, namespace: AWS/Lambda, dimensions: {FunctionName: ingest}, statistic: Sum, "
      "period: 5m, evaluation_periods: 3, datapoints_to_alarm: 2, threshold: 1.5, comparison: "
      "GreaterThanThreshold, missing: notBreaching, warm_up: 10m, description: d, actions: {alarm: [{topic: "
      "ops}, {lambda: ingest}], ok: [{topic: ops}]}}, both: {rule: 'ALARM(errors)'}}");
  ASSERT_EQ(scenario.given.alarms.size(), 2U);
  const auto& alarm = std::get<metrics::MetricAlarm>(scenario.given.alarms[0].alarm);
  EXPECT_EQ(alarm.metric->metric,
            metrics::make_metric_id("AWS/Lambda", "Errors", {{"FunctionName", "ingest"}}));
  EXPECT_EQ(alarm.metric->period, 300);
  EXPECT_EQ(alarm.metric->stat, "Sum");
  EXPECT_EQ(alarm.counts().datapoints_to_alarm, 2U);
  EXPECT_EQ(alarm.counts().evaluation_periods, 3U);
  EXPECT_EQ(alarm.threshold, 1.5);
  EXPECT_EQ(alarm.missing, metrics::Missing::NotBreaching);
  EXPECT_EQ(alarm.warm_up->minutes, 10);
  EXPECT_EQ(alarm.alarm_actions,
            (std::vector<std::string>{"arn:aws:sns:us-east-1:123456789012:ops",
                                      "arn:aws:lambda:us-east-1:123456789012:function:ingest"}));
  EXPECT_EQ(std::get<metrics::CompositeAlarm>(scenario.given.alarms[1].alarm).rule, "ALARM(errors)");
  EXPECT_TRUE(wants_box_metrics(scenario));
}

TEST(AlarmsGiven, RefuseWhatCannotBe) {
  const AlarmsFile file;
  const std::string good = "metric: m, namespace: N, threshold: 1, comparison: LessThanThreshold";
  const auto lambda = [](const std::string& dimensions) {
    return "{a: {metric: Errors, namespace: AWS/Lambda, dimensions: " + dimensions +
           ", threshold: 1, comparison: LessThanThreshold}}";
  };
  const std::pair<std::string, std::string> cases[] = {
      {"{a: {" + good + "}}", ""},
      {"{a: {threshold: 1}}", "needs either 'metric' or 'expression'"},
      {"{a: {metric: m, threshold: 1, comparison: LessThanThreshold}}", "'metric' needs 'namespace'"},
      {"{a: {metric: m, namespace: N}}", "needs 'threshold' and 'comparison'"},
      {"{a: {" + good + ", period: 15s}}", "Period must be 10, 20, 30, or a multiple of 60."},
      {"{a: {" + good + ", datapoints_to_alarm: 2}}",
       "DatapointsToAlarm must be from 1 to EvaluationPeriods."},
      {"{a: {" + good + ", statistic: Median}}", "'Median' is no statistic"},
      {"{a: {" + good + ", rule: 'TRUE'}}", "one with a 'rule' has no metric of its own"},
      {"{a: {rule: 'ALARM(b'}}", "'rule': position 8: ')' is expected, but the rule ends"},
      {"{a: {rule: ALARM(b)}}", "alarm 'a' names the alarm 'b', which is not given"},
      {"{a: {expression: 1 +, threshold: 1, comparison: LessThanThreshold}}",
       "position 4: a number, an id or a function is expected"},
      {"{a: {expression: '1', unit: Count, threshold: 1, comparison: LessThanThreshold}}",
       "'expression' takes no namespace, dimensions, statistic and unit"},
      {"{a: {" + good + ", actions: {alarm: [{topic: opps}]}}}",
       "alarm 'a' tells the topic 'opps', which is not given; did you mean 'ops'?"},
      {"{a: {" + good + ", actions: {ok: [{lambda: x}]}}}", "alarm 'a' tells the function 'x'"},
      {"{a: {" + good + ", actions: {scaling: []}}}", "tasks scale by the alarms that compute.scaling makes"},
      {lambda("{FunctionName: ingest}"), ""},
      {lambda("{FunctionName: injest}"),
       "alarm 'a' watches the function 'injest', which is not given; did you mean 'ingest'?"},
      {lambda("{}"), "alarm 'a' watches a metric of AWS/Lambda, whose only dimension is FunctionName"},
  };
  for (const auto& [alarms, problem] : cases) {
    const std::string found = file.problem(alarms);
    EXPECT_EQ(found.empty(), problem.empty()) << alarms << ": " << found;
    EXPECT_NE(found.find(problem), std::string::npos) << alarms << ": " << found;
  }
}

TEST(AlarmsGiven, AreExpectedToChange) {
  const AlarmsFile file;
  const std::string alarms = "{a: {metric: m, namespace: N, threshold: 1, comparison: LessThanThreshold}}";
  const std::pair<const char*, const char*> cases[] = {
      {"{alarm: a, goes: ALARM, at: 7m}", ""},
      {"{alarm: a, goes: OK, within: 3m, of: 7m}", ""},
      {"{alarm: a, goes: ALARM, equals: 0}", ""},
      {"{alarm: a, goes: ALARM}", ""},
      {"{alarm: b, goes: ALARM, at: 7m}", "the expectation is of the alarm 'b', which is not given"},
      {"{alarm: a, at: 7m}", "needs 'goes'"},
      {"{alarm: a, goes: RED, at: 7m}", "RED"},
      {"{alarm: a, goes: OK, at: 7m, within: 3m}", "'at' takes no 'within' and 'of'"},
      {"{queue: q, equals: 1, at: 7m}", "'at'"},
  };
  for (const auto& [expectation, problem] : cases) {
    const std::string found = file.problem(alarms, expectation);
    EXPECT_EQ(found.empty(), std::string(problem).empty()) << expectation << ": " << found;
    EXPECT_NE(found.find(problem), std::string::npos) << expectation << ": " << found;
  }
  EXPECT_EQ(alarms_decided(file.read(alarms, "{alarm: a, goes: ALARM, at: 7m}")),
            std::chrono::minutes{7} + kernel::Duration{1});
}

}  // namespace
}  // namespace emulator::runner
