// Batches of SQS records.
#include "middleware/ingest/batch.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "middleware/ingest/ingest.h"
#include "middleware/kernel/json.h"
#include "tests/support/recorded_hops.h"
#include "tests/support/run_task.h"
#include "tests/support/scripted_api.h"

namespace ingest {
namespace {

using kernel::at;
using namespace std::chrono_literals;

constexpr const char* kUuid = "2ed6657d-e927-568b-95e1-2665a8aea6a";

/// The nth order, n below 10.
std::string order(int n) {
  const std::string digit = std::to_string(n);
  return R"({"detail-type":"Order_Placed__e","source":"s","detail":{"id":")" + std::string(kUuid) + digit +
         R"(","payload":{"Order__c":"SO-)" + digit + R"("}}})";
}

std::string notification(const std::string& message) {
  return R"({"Type":"Notification","MessageId":"x","TopicArn":"arn","Message":)" +
         kernel::json_quoted(message) + "}";
}

std::string batch_of(const std::vector<std::string>& bodies, const std::string& queue = "orders") {
  std::string text = R"({"Records":[)";
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    if (i > 0) text += ',';
    text += R"({"messageId":"m)" + std::to_string(i) + R"(","receiptHandle":"h","body":)" +
            kernel::json_quoted(bodies[i]) +
            R"(,"eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:r:a:)" + queue + R"("})";
  }
  return text + "]}";
}

struct BatchBench {
  explicit BatchBench(BatchFailures how = BatchFailures::Report) : failures(how) {}
  FunctionResult handle(const std::string& payload, std::vector<kernel::HopId> hops = {}) {
    return support::run(scheduler, ingest.handle({.payload = payload,
                                                  .deadline = scheduler.now() + 30s,
                                                  .hop = 9,
                                                  .record_hops = std::move(hops)}));
  }
  /// The response, or "type: message".
  std::string text(const std::string& payload) {
    const auto result = handle(payload);
    return result ? *result : result.error().type + ": " + result.error().message;
  }

  BatchFailures failures;
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  support::ScriptedApi middleware{scheduler};
  Ingest ingest{{.types = {{.name = "Order_Placed__e", .required = {{"Order__c", FieldKind::Text}}}},
                 .batch_failures = failures},
                scheduler,
                middleware};
};

TEST(IngestBatch, HandsEachEventOverForItself) {
  BatchBench bench;
  bench.middleware.then(200);
  EXPECT_EQ(*bench.handle(batch_of({order(1), order(2)}), {21, 22}), R"({"batchItemFailures":[]})");
  EXPECT_EQ(bench.middleware.asked_with("ce-id"),
            (std::vector<std::string>{std::string(kUuid) + "1", std::string(kUuid) + "2"}));
  EXPECT_EQ(bench.middleware.asked_with("traceparent")[1], kernel::traceparent(std::string(kUuid) + "2", 22))
      << "each under the hop of its record";
  EXPECT_EQ(bench.middleware.asked_at(), (std::vector<kernel::Timestamp>{at(0s), at(0s)})) << "side by side";
}

TEST(IngestBatch, HandsTenOverAtOnce) {
  BatchBench bench;
  bench.middleware.then(200, 1s);
  bench.handle(batch_of(std::vector<std::string>(12, order(1))));
  const auto times = bench.middleware.asked_at();
  EXPECT_EQ(std::ranges::count(times, at(0s)), 10);
  EXPECT_EQ(std::ranges::count(times, at(1s)), 2);
}

TEST(IngestBatch, TakesEventsOutOfNotifications) {
  BatchBench bench;
  bench.middleware.then(200);
  EXPECT_EQ(bench.text(batch_of({notification(order(3)), order(4)})), R"({"batchItemFailures":[]})");
  EXPECT_EQ(bench.middleware.asked_with("ce-id"),
            (std::vector<std::string>{std::string(kUuid) + "3", std::string(kUuid) + "4"}));
}

TEST(IngestBatch, ReportsWhatFailed) {
  BatchBench bench;
  bench.middleware.then(200).then(503).then(200);
  EXPECT_EQ(bench.text(batch_of({order(0), order(1), "no event", order(2)})),
            R"({"batchItemFailures":[{"itemIdentifier":"m2"},{"itemIdentifier":"m1"}]})")
      << "in the order of failing";
  EXPECT_EQ(bench.middleware.asked.size(), 3u);
}

TEST(IngestBatch, FailsAltogetherWhenItIsToldTo) {
  BatchBench bench(BatchFailures::FailAll);
  bench.middleware.then(200).then(503, 30ms, "later").then(200);
  EXPECT_EQ(
      bench.text(batch_of({order(0), order(1), order(2)})),
      "BatchFailed: 1 of 3 events failed, the first with MiddlewareBusy: the middleware answered 503: later");
  EXPECT_EQ(bench.text(batch_of({order(0)})), R"({"batchItemFailures":[]})") << "a batch without a failure";
}

TEST(IngestBatch, StopsAtTheFirstFailureOfAFifoQueue) {
  BatchBench bench;
  bench.middleware.then(200).then(503).then(200);
  EXPECT_EQ(
      bench.text(batch_of({order(0), order(1), order(2), order(3)}, "orders.fifo")),
      R"({"batchItemFailures":[{"itemIdentifier":"m1"},{"itemIdentifier":"m2"},{"itemIdentifier":"m3"}]})");
  EXPECT_EQ(bench.middleware.asked_at(), (std::vector<kernel::Timestamp>{at(0s), at(30ms)}))
      << "one after the other";
}

TEST(IngestBatch, NamesFailedEventsInTheLog) {
  struct Log final : kernel::HopSink {
    kernel::HopId open(const kernel::HopStart&) override { return 1; }
    void close(kernel::HopId, const kernel::HopEnd&) override {}
    void transition(const kernel::Transition&) override {}
    void metric(const kernel::DataPoint&) override {}
    void log(const kernel::LogLine& line) override {
      lines.push_back(std::string(line.message) + " " + std::string(line.event) + " " +
                      std::string(line.fields));
    }
    std::vector<std::string> lines;
  } log;
  BatchBench bench;
  bench.ingest.log_to(log);
  bench.middleware.then(422);
  bench.handle(batch_of({order(7), "no event"}));
  EXPECT_EQ(log.lines, (std::vector<std::string>{
                           R"(ValidationError  {"messageId":"m1"})",
                           "MiddlewareRefused " + std::string(kUuid) + R"(7 {"messageId":"m0"})"}));
}

TEST(IngestBatch, IsWhatSqsSends) {
  struct Case {
    const char* payload;
    bool is_batch;
  };
  const Case cases[] = {{R"({"Records":[{"eventSource":"aws:sqs"}]})", true},
                        {R"({"Records":[{"EventSource":"aws:sns"}]})", false},
                        {R"({"Records":[]})", false},
                        {R"({"Records":[{"eventSource":"aws:sqs"})", false},
                        {R"({"detail-type":"x","detail":{"payload":{"t":"\"Records\""}}})", false},
                        {"{}", false}};
  for (const Case& c : cases) EXPECT_EQ(is_sqs_batch(c.payload), c.is_batch) << c.payload;
  BatchBench bench;
  EXPECT_EQ(bench.text(R"({"Records":[{"eventSource":"aws:sqs","messageId":"m"}]})"),
            "ValidationError: record 1 has no messageId or no body");
  EXPECT_TRUE(bench.middleware.asked.empty());
}

}  // namespace
}  // namespace ingest
