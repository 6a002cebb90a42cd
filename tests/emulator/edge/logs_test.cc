#include "emulator/edge/logs.h"

#include "emulator/platform/access/gatekeeper.h"
#include "emulator/platform/logs/cloudwatch_logs.h"
#include "tests/emulator/boxes/recording_journal.h"
#include "tests/emulator/edge/edge_support.h"

namespace edge_tests {
namespace {

struct LogsRig {
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  emulator::RecordingJournal journal{scheduler};
  emulator::logs::CloudWatchLogs logs{{}, 1, scheduler, journal};
  emulator::access::Gatekeeper gate{{.service = "logs", .internal_error = "ServiceUnavailableException"},
                                    {{{"FilterLogEvents"}, 1}},
                                    scheduler,
                                    journal};
  emulator::edge::Edge edge{{}, 1, scheduler, journal};

  LogsRig() { edge.add(std::make_unique<emulator::edge::Logs>(logs, gate)); }
  HttpResponse send(const std::string& operation, std::string_view body) {
    return support::run(scheduler, edge.handle(js_json("logs", "Logs_20140328." + operation, body))).response;
  }
  /// Status and body.
  std::string ask(const std::string& operation, std::string_view body) {
    const HttpResponse response = send(operation, body);
    return std::to_string(response.status) + " " + response.body;
  }
  std::int64_t now() const {
    return std::chrono::floor<std::chrono::milliseconds>(scheduler.wall_now()).time_since_epoch().count();
  }
  std::string put(const std::string& more = "") {
    return ask("PutLogEvents", R"({"logGroupName":"app","logStreamName":"one","logEvents":[{"timestamp":)" +
                                   std::to_string(now()) + R"(,"message":"hello"})" + more + "]}");
  }
};

TEST(LogsEdge, AnswersInTheFormThatClientsRead) {
  LogsRig rig;
  EXPECT_EQ(rig.ask("CreateLogGroup", R"({"logGroupName":"app","tags":{"team":"orders"}})"), "200 ");
  EXPECT_EQ(rig.ask("CreateLogStream", R"({"logGroupName":"app","logStreamName":"one"})"), "200 ");
  EXPECT_EQ(rig.ask("PutRetentionPolicy", R"({"logGroupName":"app","retentionInDays":7})"), "200 ");
  const std::string now = std::to_string(rig.now());
  EXPECT_EQ(rig.put(R"(,{"timestamp":)" + std::to_string(rig.now() + 8'000'000) + R"(,"message":"later"})"),
            R"(200 {"nextSequenceToken":"4)" + std::string(54, '0') +
                R"(1","rejectedLogEventsInfo":{"tooNewLogEventStartIndex":1}})");
  const std::string arn = "arn:aws:logs:us-east-1:123456789012:log-group:app";
  EXPECT_EQ(rig.ask("DescribeLogGroups", "{}"),
            R"(200 {"logGroups":[{"logGroupName":"app","creationTime":)" + now +
                R"(,"retentionInDays":7,"metricFilterCount":0,"arn":")" + arn +
                R"(:*","storedBytes":31,"logGroupClass":"STANDARD","logGroupArn":")" + arn + R"("}]})");
  EXPECT_EQ(rig.ask("DescribeLogStreams", R"({"logGroupIdentifier":")" + arn + R"("})"),
            R"(200 {"logStreams":[{"logStreamName":"one","creationTime":)" + now +
                R"(,"firstEventTimestamp":)" + now + R"(,"lastEventTimestamp":)" + now +
                R"(,"lastIngestionTime":)" + now + R"(,"arn":")" + arn +
                R"(:log-stream:one","storedBytes":0}]})");
  EXPECT_EQ(rig.ask("GetLogEvents", R"({"logGroupName":"app","logStreamName":"one","startFromHead":true})"),
            R"(200 {"events":[{"timestamp":)" + now + R"(,"message":"hello","ingestionTime":)" + now +
                R"(}],"nextForwardToken":"f/)" + now + R"(/2","nextBackwardToken":"b/)" + now + R"(/1"})");
  EXPECT_EQ(rig.ask("FilterLogEvents", R"({"logGroupName":"app","filterPattern":"hello"})"),
            R"(200 {"events":[{"logStreamName":"one","timestamp":)" + now +
                R"(,"message":"hello","ingestionTime":)" + now + R"(,"eventId":"30000000)" + now +
                "00000000000000000001" + std::string(15, '0') + R"("}],"searchedLogStreams":[]})");
  EXPECT_EQ(rig.ask("ListTagsForResource", R"({"resourceArn":")" + arn + R"("})"),
            R"(200 {"tags":{"team":"orders"}})");
}

TEST(LogsEdge, AnswersFiltersAndQueriesInTheFormThatClientsRead) {
  LogsRig rig;
  rig.logs.line("app", "one", rig.scheduler.wall_now(), R"({"ms":7})");
  EXPECT_EQ(
      rig.ask("PutMetricFilter",
              R"({"logGroupName":"app","filterName":"f","filterPattern":"{ $.ms > 1 }",)"
              R"("metricTransformations":[{"metricName":"m","metricNamespace":"N","metricValue":"$.ms",)"
              R"("dimensions":{"D":"$.d"},"unit":"Count"}]})"),
      "200 ");
  EXPECT_EQ(rig.ask("DescribeMetricFilters", R"({"logGroupName":"app"})"),
            R"(200 {"metricFilters":[{"filterName":"f","filterPattern":"{ $.ms > 1 }",)"
            R"("metricTransformations":[{"metricName":"m","metricNamespace":"N","metricValue":"$.ms",)"
            R"("dimensions":{"D":"$.d"},"unit":"Count"}],"creationTime":)" +
                std::to_string(rig.now()) + R"(,"logGroupName":"app"}]})");
  EXPECT_EQ(
      rig.ask("TestMetricFilter", R"({"filterPattern":"{ $.ms > 1 }","logEventMessages":["{\"ms\":2}"]})"),
      R"(200 {"matches":[{"eventNumber":1,"eventMessage":"{\"ms\":2}","extractedValues":{"$.ms":"2"}}]})");
  const std::string seconds = std::to_string(rig.now() / 1000);
  const HttpResponse started =
      rig.send("StartQuery", R"({"logGroupName":"app","startTime":)" + seconds + R"(,"endTime":)" + seconds +
                                 R"(,"queryString":"stats sum(ms) as all"})");
  const std::string id = Json::parse(started.body)["queryId"];
  EXPECT_EQ(
      rig.ask("GetQueryResults", R"({"queryId":")" + id + R"("})"),
      R"(200 {"queryLanguage":"CWLI","results":[],"statistics":{"recordsMatched":0.0,"recordsScanned":0.0,)"
      R"("bytesScanned":0.0},"status":"Running"})");
  rig.scheduler.call_at(rig.scheduler.now() + std::chrono::milliseconds{500}, [] {});
  while (rig.scheduler.step()) {
  }
  EXPECT_EQ(rig.ask("GetQueryResults", R"({"queryId":")" + id + R"("})"),
            R"(200 {"queryLanguage":"CWLI","results":[[{"field":"all","value":"7"}]],"statistics":)"
            R"({"recordsMatched":1.0,"recordsScanned":1.0,"bytesScanned":8.0},"status":"Complete"})");
  EXPECT_EQ(rig.ask("DescribeQueries", R"({"status":"Complete"})"),
            R"(200 {"queries":[{"queryId":")" + id +
                R"(","queryString":"stats sum(ms) as all","status":"Complete","createTime":)" +
                std::to_string(rig.now() - 500) + R"(,"logGroupName":"app"}]})");
}

TEST(LogsEdge, RefusesInTheServicesWords) {
  LogsRig rig;
  ASSERT_TRUE(rig.logs.create_group("app", {}));
  struct Case {
    const char* operation;
    const char* body;
    const char* answer;
  };
  const Case cases[] = {
      {"CreateLogGroup", R"({"logGroupName":"app"})",
       R"(400 {"__type":"ResourceAlreadyExistsException","message":"The specified log group already exists"})"},
      {"CreateLogGroup", R"({"logGroupName":"new","kmsKeyId":"k"})",
       R"(400 {"__type":"NotImplemented","message":"CloudWatch Logs CreateLogGroup: the parameter kmsKeyId is not emulated by relayrig"})"},
      {"CreateLogGroup", R"({"logGroupName":"new","logGroupClass":"INFREQUENT_ACCESS"})",
       R"(400 {"__type":"NotImplemented","message":"CloudWatch Logs' log group class INFREQUENT_ACCESS is not emulated by relayrig"})"},
      {"DescribeLogStreams", R"({"logGroupName":"app","orderBy":"Size"})",
       R"(400 {"__type":"InvalidParameterException","message":"1 validation error detected: Value 'Size' at 'orderBy' failed to satisfy constraint: Member must satisfy enum value set: [LogStreamName, LastEventTime]"})"},
      {"FilterLogEvents", R"({"logGroupName":"app","filterPattern":"?a b"})",
       R"(400 {"__type":"NotImplemented","message":"Invalid filter pattern: '?' beside terms without it is not emulated by relayrig"})"},
      {"StartQuery",
       R"({"logGroupName":"app","startTime":1,"endTime":2,"queryString":"fields a | unmask a"})",
       R"(400 {"__type":"MalformedQueryException","message":"the command 'unmask' is not emulated at line 1 and position 12"})"},
      {"PutMetricFilter",
       R"({"logGroupName":"app","filterName":"f","filterPattern":"","metricTransformations":[]})",
       R"(400 {"__type":"InvalidParameterException","message":"1 validation error detected: Value at 'metricTransformations' failed to satisfy constraint: Member must have length from 1 to 1"})"},
      {"PutSubscriptionFilter", "{}",
       R"(400 {"__type":"NotImplemented","message":"CloudWatch Logs PutSubscriptionFilter is not emulated by relayrig"})"},
  };
  for (const Case& c : cases) {
    rig.scheduler.call_at(rig.scheduler.now() + std::chrono::seconds{1}, [] {});
    while (rig.scheduler.step()) {
    }
    EXPECT_EQ(rig.ask(c.operation, c.body), c.answer) << c.operation;
  }
  EXPECT_EQ(header(rig.send("DeleteLogGroup", R"({"logGroupName":"none"})"), "x-amzn-ErrorType"),
            "ResourceNotFoundException");
}

TEST(LogsEdge, ThrottlesWhatIsOverItsQuota) {
  LogsRig rig;
  ASSERT_TRUE(rig.logs.create_group("app", {}));
  EXPECT_TRUE(rig.ask("FilterLogEvents", R"({"logGroupName":"app"})").starts_with("200 "));
  EXPECT_EQ(rig.ask("FilterLogEvents", R"({"logGroupName":"app"})"),
            R"(400 {"__type":"ThrottlingException","message":"Rate exceeded"})");
}

}  // namespace
}  // namespace edge_tests
