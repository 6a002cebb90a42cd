#include <gtest/gtest.h>

#include "emulator/platform/metrics/hop_metrics.h"
#include "tests/emulator/metrics/metrics_support.h"

namespace emulator::metrics {
namespace {

using kernel::HopId;
using kernel::Outcome;
using kernel::Stage;
using lambda::InvocationFact;

struct BoxBench : MetricsBench {
  BoxBench() { hops.join(watch, functions); }
  /// "3 of 2": sum and samples in the minute that begins at `minute`; "-" when there is nothing.
  std::string minute(const char* space, const char* metric, Dimension dimension, int minute = 0) {
    return line(make_metric_id(space, metric, {std::move(dimension)}), minute);
  }
  std::string service(const char* metric, int minute = 0) {
    return line(
        make_metric_id("AWS/AppRunner", metric,
                       {{"ServiceName", std::string(kServiceName)}, {"ServiceID", std::string(kServiceId)}}),
        minute);
  }
  std::string line(const MetricId& id, int minute) {
    const std::int64_t from = monday().time_since_epoch() / 1s + minute * 60;
    const Bucket bucket = watch.store().aggregate(id, "", from, from + 60, false);
    if (bucket.samples() <= 0) return "-";
    const auto number = [](double value) { return std::to_string(static_cast<std::int64_t>(value)); };
    return number(bucket.sum()) + " of " + number(bucket.samples());
  }
  void request(int status, kernel::Duration took, Outcome outcome = Outcome::Ok) {
    const HopId hop = hops.open({.stage = Stage::Compute, .from = "ingest", .to = "middleware"});
    run_to(scheduler.now().time_since_epoch() + took);
    hops.close(hop, {.outcome = outcome, .status = status});
  }

  HopMetrics hops{journal, scheduler};
  LambdaMetrics functions{watch.store(), scheduler};
};

const Dimension kIngest{"FunctionName", "ingest"};

TEST(LambdaMetrics, CountInvocations) {
  BoxBench bench;
  bench.functions.note("ingest", InvocationFact::Accepted, {});
  bench.functions.note("ingest", InvocationFact::Throttled, {});
  bench.functions.note("ingest", InvocationFact::Started, 1500ms);
  bench.functions.note("ingest", InvocationFact::Started, 0ms);
  bench.functions.note("ingest", InvocationFact::Succeeded, 20ms);
  bench.run_to(1min);
  bench.functions.note("ingest", InvocationFact::Failed, 30ms);
  bench.functions.note("ingest", InvocationFact::Dropped, {});
  const auto of = [&](const char* metric, int minute) {
    return bench.minute("AWS/Lambda", metric, kIngest, minute);
  };
  EXPECT_EQ(of("AsyncEventsReceived", 0), "1 of 1");
  EXPECT_EQ(of("Throttles", 0), "1 of 3") << "0 of each invocation";
  EXPECT_EQ(of("Invocations", 0), "2 of 2");
  EXPECT_EQ(of("AsyncEventAge", 0), "1500 of 1");
  EXPECT_EQ(of("ConcurrentExecutions", 0), "3 of 2") << "one, then two";
  EXPECT_EQ(of("Errors", 0), "0 of 1");
  EXPECT_EQ(of("Duration", 0), "20 of 1");
  EXPECT_EQ(of("Errors", 1), "1 of 1");
  EXPECT_EQ(of("Duration", 1), "30 of 1");
  EXPECT_EQ(of("AsyncEventsDropped", 1), "1 of 1");
  EXPECT_EQ(of("Invocations", 1), "-");
}

TEST(LambdaMetrics, KnowWhatIsUnderWayAllMinuteLong) {
  BoxBench bench;
  bench.functions.note("ingest", InvocationFact::Started, {});
  bench.functions.end_minute(monday().time_since_epoch() / 1s + 60);
  EXPECT_EQ(bench.minute("AWS/Lambda", "ConcurrentExecutions", kIngest, 1), "1 of 1");
}

TEST(LambdaMetrics, TakeCountersFromTheRecord) {
  BoxBench bench;
  bench.hops.metric({.name = "DeadLetterErrors",
                     .value = 1,
                     .unit = "Count",
                     .dimensions = R"({"FunctionName":"ingest"})"});
  EXPECT_EQ(bench.minute("AWS/Lambda", "DeadLetterErrors", kIngest), "1 of 1");
  EXPECT_EQ(bench.journal.metrics.size(), 1U) << "and pass it on";
}

TEST(HopMetrics, CountRequestsOfTheService) {
  BoxBench bench;
  bench.request(200, 10ms);
  bench.request(429, 20ms, Outcome::Throttled);
  bench.request(503, 30ms, Outcome::Failed);
  bench.request(0, 5ms, Outcome::Cancelled);
  EXPECT_EQ(bench.service("Requests"), "3 of 3");
  EXPECT_EQ(bench.service("2xxStatusResponses"), "1 of 3");
  EXPECT_EQ(bench.service("4xxStatusResponses"), "1 of 3");
  EXPECT_EQ(bench.service("5xxStatusResponses"), "1 of 3");
  EXPECT_EQ(bench.service("RequestLatency"), "60 of 3");
  EXPECT_EQ(bench.journal.hops.size(), 4U);
  EXPECT_FALSE(bench.journal.hops.back().is_open) << "everything goes on to the record";
}

TEST(HopMetrics, CountInstancesAndTheMostRequestsAtOnce) {
  BoxBench bench;
  const auto change = [&](const char* from, const char* to) {
    bench.hops.transition({.kind = "instance", .subject = "middleware-1", .from = from, .to = to});
  };
  change("inactive", "active");
  change("activating", "active");
  change("active", "crashed");
  bench.hops.transition({.kind = "instance", .subject = "another-1", .from = "inactive", .to = "active"});
  bench.hops.open({.stage = Stage::Compute, .to = "another"});
  bench.hops.transition({.kind = "breaker", .subject = "erp", .from = "closed", .to = "active"});
  const HopId one = bench.hops.open({.stage = Stage::Compute, .to = "middleware"});
  const HopId two = bench.hops.open({.stage = Stage::Compute, .to = "middleware"});
  bench.hops.close(two, {.status = 200});
  const std::int64_t start = monday().time_since_epoch() / 1s;
  bench.hops.end_minute(start);
  bench.hops.close(one, {.status = 200});
  bench.hops.end_minute(start + 60);
  bench.hops.end_minute(start + 120);
  EXPECT_EQ(bench.service("ActiveInstances"), "1 of 1");
  EXPECT_EQ(bench.service("Concurrency", 0), "2 of 1");
  EXPECT_EQ(bench.service("Concurrency", 1), "1 of 1") << "one was still there when it began";
  EXPECT_EQ(bench.service("Concurrency", 2), "0 of 1");
}

TEST(HopMetrics, CountMessagesAndTargets) {
  BoxBench bench;
  const auto hop = [&](Stage stage, const char* from, const char* to, const char* operation, Outcome outcome,
                       std::int64_t bytes = 0) {
    const HopId id = bench.hops.open({.stage = stage, .from = from, .to = to, .operation = operation});
    bench.hops.close(id, {.outcome = outcome, .status = 200, .bytes_sent = bytes});
  };
  hop(Stage::Queue, "bus", "orders", "SendMessage", Outcome::Ok, 120);
  hop(Stage::Queue, "bus", "orders", "SendMessage", Outcome::Rejected);
  hop(Stage::Queue, "orders", "ingest", "ReceiveMessage", Outcome::Ok);
  hop(Stage::Queue, "orders", "ingest", "ReceiveMessage", Outcome::Failed);
  hop(Stage::Topic, "bus", "ops", "Publish", Outcome::Ok, 7);
  hop(Stage::Topic, "ops", "pager", "Notification", Outcome::Ok);
  hop(Stage::Topic, "ops", "site", "Notification", Outcome::Failed);
  hop(Stage::Topic, "ops", "other", "Filter", Outcome::Filtered);
  hop(Stage::Bus, "bus", "ingest", "rule-1", Outcome::Ok);
  hop(Stage::Bus, "bus", "ingest", "rule-1", Outcome::Throttled);
  hop(Stage::Bus, "bus", "", "", Outcome::Filtered);
  struct Row {
    const char* space;
    const char* metric;
    Dimension dimension;
    const char* found;
  };
  const Row rows[] = {
      {"AWS/SQS", "NumberOfMessagesSent", {"QueueName", "orders"}, "1 of 1"},
      {"AWS/SQS", "SentMessageSize", {"QueueName", "orders"}, "120 of 1"},
      {"AWS/SQS", "NumberOfMessagesReceived", {"QueueName", "orders"}, "2 of 2"},
      {"AWS/SQS", "NumberOfMessagesDeleted", {"QueueName", "orders"}, "1 of 1"},
      {"AWS/SNS", "NumberOfMessagesPublished", {"TopicName", "ops"}, "1 of 1"},
      {"AWS/SNS", "PublishSize", {"TopicName", "ops"}, "7 of 1"},
      {"AWS/SNS", "NumberOfNotificationsDelivered", {"TopicName", "ops"}, "1 of 1"},
      {"AWS/SNS", "NumberOfNotificationsFailed", {"TopicName", "ops"}, "1 of 1"},
      {"AWS/SNS", "NumberOfNotificationsFilteredOut", {"TopicName", "ops"}, "1 of 1"},
      {"AWS/Events", "InvocationAttempts", {"RuleName", "rule-1"}, "2 of 2"},
      {"AWS/Events", "SuccessfulInvocationAttempts", {"RuleName", "rule-1"}, "1 of 2"},
  };
  for (const Row& row : rows)
    EXPECT_EQ(bench.minute(row.space, row.metric, row.dimension), row.found) << row.metric;
}

TEST(HopMetrics, ReadLogLinesOnceTheyAreJoined) {
  BoxBench bench;
  const std::string line =
      R"({"_aws":{"Timestamp":1767603600000,"CloudWatchMetrics":[{"Namespace":"Shop","Dimensions":[[]],"Metrics":[{"Name":"errors"}]}]},"errors":6})";
  bench.hops.log({.source = "ingest", .message = line});
  EXPECT_EQ(bench.line(make_metric_id("Shop", "errors"), 0), "6 of 1");
  bench.hops.leave();
  bench.hops.log({.source = "ingest", .message = line});
  EXPECT_EQ(bench.line(make_metric_id("Shop", "errors"), 0), "6 of 1");
  EXPECT_EQ(bench.journal.logs.size(), 2U);
}

}  // namespace
}  // namespace emulator::metrics
