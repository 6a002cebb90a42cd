// given.logs, what is expected of log events, and whole runs that write them.
#include <nlohmann/json.hpp>

#include "emulator/platform/logs/filter_pattern.h"
#include "emulator/runner/logs_given.h"
#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

class LogsFile {
 public:
  LogsFile() {
    put(dir_ / "middleware.yaml",
        "apis: {erp: {}}\nflows: [{event: Order__e, steps: [{name: book, api: erp, path: /orders}]}]\n");
  }
  /// "" when the scenario is good; else its first problem.
  std::string problem(const std::string& logs, const std::string& expectation = "") const {
    const auto scenario = read_scenario(write(logs, expectation), {});
    if (scenario) return "";
    const std::string text = without(scenario.error().text(), dir_ / "");
    return text.substr(0, text.find('\n'));
  }
  Scenario read(const std::string& logs, const std::string& expectation = "",
                const std::string& more = "") const {
    return scenario_of(write(logs, expectation, more));
  }

 private:
  std::string write(const std::string& logs, const std::string& expectation,
                    const std::string& more = "") const {
    return put(
        dir_ / "s.yaml",
        "name: a_claim\ngiven:\n" + (logs.empty() ? "" : "  logs: " + logs + "\n") + more +
            "  bus: {rules: [{pattern: {source: [{prefix: aws.partner}]}, target: {lambda: ingest}}]}\n"
            "  lambda: {ingest: {}}\n"
            "  compute: {middleware: middleware.yaml}\n  apis: {erp: {operations: [{path: /orders}]}}\n"
            "timeline:\n  - {at: 0s, publish: Order__e, fields: {}}\n" +
            (expectation.empty() ? "" : "expect:\n  - " + expectation + "\n"));
  }
  TempDir dir_;
};

TEST(LogsGiven, AreWrittenWhereSomebodyWantsThem) {
  const LogsFile file;
  struct Case {
    const char* logs;
    const char* expectation;
    const char* more;
    bool are_wanted;
  };
  const Case cases[] = {
      {"", "", "", false},
      {"false", "", "", false},
      {"true", "", "", true},
      {"{keep: 1MiB}", "", "", true},
      {"", "{log: /aws/lambda/ingest, has: START}", "", true},
      {"", "",
       "  alarms: {a: {namespace: AWS/Logs, metric: IncomingBytes, dimensions: {LogGroupName: x}, threshold: "
       "1, "
       "comparison: GreaterThanThreshold}}\n",
       true},
  };
  for (const Case& c : cases)
    EXPECT_EQ(wants_logs(file.read(c.logs, c.expectation, c.more)), c.are_wanted) << c.logs << c.expectation;
}

TEST(LogsGiven, AreReadAsTheyAreSaid) {
  const LogsFile file;
  const Scenario scenario = file.read(
      "{groups: {mine: {retention: 7d}, /aws/lambda/ingest: {}}, keep: 1KiB, event_max: 100B, query_time: "
      "2s, "
      "metric_filters: {slow: {group: mine, pattern: '{ $.ms > 5 }', metric: slow, namespace: Shop, value: "
      "$.ms, dimensions: {Route: $.route}, unit: Milliseconds}, all: {group: mine, metric: all, namespace: "
      "Shop, value: 2, default: 0}}}");
  const LogsGiven& logs = scenario.given.logs;
  EXPECT_EQ(logs.service.bytes_max, 1024);
  EXPECT_EQ(logs.service.event_bytes_max, 100);
  EXPECT_EQ(logs.service.query_time, std::chrono::seconds{2});
  ASSERT_EQ(logs.groups.size(), 2U);
  EXPECT_EQ(logs.groups[0].retention_days, 7);
  EXPECT_EQ(logs.groups[1].retention_days, std::nullopt);
  ASSERT_EQ(logs.filters.size(), 2U);
  EXPECT_EQ(logs.filters[0].name, "slow");
  EXPECT_EQ(logs.filters[0].transformation.value, "$.ms");
  EXPECT_EQ(logs.filters[0].transformation.unit, "Milliseconds");
  EXPECT_EQ(logs.filters[0].transformation.dimensions[0].second, "$.route");
  EXPECT_EQ(logs.filters[1].transformation.value, "2");
  EXPECT_EQ(logs.filters[1].transformation.default_value, 0);
}

TEST(LogsGiven, AreRefusedByTheirPlace) {
  const LogsFile file;
  struct Case {
    const char* logs;
    const char* expectation;
    const char* problem;
  };
  const Case cases[] = {
      {"{groups: {mine: {retention: 2d}}}", "",
       "s.yaml:3:9: 'logs': group 'mine': 1 validation error detected"},
      {"{groups: {mine: {retention: 36h}}}", "", "s.yaml:3:9: 'logs': group 'mine': whole days, such as 7d"},
      {"{groups: {'a b': {}}}", "", "s.yaml:3:9: 'logs': group 'a b': 1 validation error detected"},
      {"{metric_filters: {f: {group: /aws/lambda/ingest, pattern: '{', metric: m, namespace: N}}}", "",
       "s.yaml:3:9: 'logs': metric filter 'f': Invalid filter pattern: a selector such as $.level is missing "
       "at "
       "character 2"},
      {"{metric_filters: {f: {group: /aws/lambda/ingets, metric: m, namespace: N}}}", "",
       "s.yaml:1:1: given.logs: the metric filter 'f' is of the log group '/aws/lambda/ingets', to which "
       "nothing here writes; did you mean '/aws/lambda/ingest'?"},
      {"true", "{log: /aws/lambda/other, has: X, equals: 0}",
       "s.yaml:11:5: the events are of the log group '/aws/lambda/other', to which nothing here writes"},
      {"true", "{log: /aws/lambda/ingest, has: 'a.b'}",
       "s.yaml:11:5: item 1 of 'expect': 'has': '.' must stand in quotes,"},
      {"{event_max: 26}", "", "s.yaml:3:9: 'event_max' wants more than 26 bytes, 'keep' more than none"},
  };
  for (const Case& c : cases) {
    const std::string problem = file.problem(c.logs, c.expectation);
    EXPECT_TRUE(problem.starts_with(c.problem)) << problem << "\nnot " << c.problem;
  }
}

TEST(LogRuns, CountTheLinesOfFunctionAndMiddleware) {
  const LogsFile file;
  const std::string application = application_log_group();
  struct Case {
    std::string expectation;
    const char* found;
    const char* verdict;
  };
  const Case cases[] = {
      {"{log: /aws/lambda/ingest, has: '\"START RequestId\"', equals: 1}", "1", "passed"},
      {"{log: /aws/lambda/ingest, has: REPORT, equals: 2}", "1", "failed"},
      {"{log: /aws/lambda/ingest, has: '{ $.stage = \"invoke\" && $.outcome = \"ok\" }'}", "1", "passed"},
      {"{log: " + application + ", has: '{ $.stage = \"step\" && $.operation = \"book\" }', equals: 1}", "1",
       "passed"},
      {"{log: " + application + ", has: '{ $.stage = \"api\" }', between: [1h, 2h], equals: 0}", "0",
       "passed"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.expectation);
    const Ran ran(file.read("", c.expectation));
    EXPECT_EQ(ran.ask("SELECT found, verdict FROM checks WHERE kind = 'expectation'"),
              std::string(c.found) + "|" + c.verdict + "\n");
  }
}

TEST(LogRuns, ChangeNothingOfWhatIsRecorded) {
  const LogsFile file;
  const Ran without_logs(file.read(""));
  const Ran with_logs(file.read("true"));
  EXPECT_EQ(with_logs.result.digest, without_logs.result.digest);
  EXPECT_EQ(with_logs.result.verdict, "passed");
}

}  // namespace
}  // namespace emulator::runner
