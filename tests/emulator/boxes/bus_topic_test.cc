#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "emulator/bus/bus.h"
#include "tests/emulator/boxes/box_support.h"

namespace emulator::bus {
namespace {

/// Answers from a script, the last answer repeating, and keeps what it was asked.
class ScriptedTopics final : public topics::TopicPublisher {
 public:
  topics::Answer<topics::PublishResult> publish(topics::PublishRequest request) override {
    asked.push_back(std::move(request));
    return script[std::min(asked.size(), script.size()) - 1];
  }
  topics::Answer<topics::BatchResult> publish_batch(topics::BatchRequest) override {
    return topics::BatchResult{};
  }
  std::vector<topics::Answer<topics::PublishResult>> script = {topics::PublishResult{"m"}};
  std::vector<topics::PublishRequest> asked;
};

class NoFunctions final : public lambda::AsyncInvoker {
 public:
  lambda::AcceptResult invoke_async(std::string_view, lambda::AsyncEvent) override { return {404, "", ""}; }
};

class DeadLetters final : public queues::QueueWriter {
 public:
  queues::SendResult send(std::string_view queue, queues::SendRequest request) override {
    std::string line(queue);
    for (const auto& attribute : request.attributes) line += " " + attribute.name + "=" + attribute.value;
    sent.push_back(std::move(line));
    return {.message_id = "m"};
  }
  Lines sent;
};

struct TopicRuleBench : Bench {
  TopicRuleBench() {
    bus = std::make_unique<Bus>(
        std::vector<RuleConfig>{{.name = "orders",
                                 .pattern = *patterns::Pattern::compile(R"({"source":["s"]})"),
                                 .target = TopicTarget{"orders"},
                                 .dead_letter = "dlq"}},
        7, scheduler, journal, functions, queues, &topics);
  }
  kernel::Task<void> put_one() {
    std::vector<PartnerEntry> entries;
    entries.push_back({.source = "s",
                       .detail_type = "Order_Placed__e",
                       .detail = "{}",
                       .time = monday(),
                       .event_uuid = std::string(kEvent)});
    co_await bus->put_partner_events(std::move(entries));
  }
  void put() {
    journal.begin(kEvent);
    tasks.spawn(put_one());
  }
  ScriptedTopics topics;
  NoFunctions functions;
  DeadLetters queues;
  std::unique_ptr<Bus> bus;
  kernel::TaskScope tasks;
};

TEST(BusToTopic, PublishesTheEnvelope) {
  TopicRuleBench bench;
  bench.put();
  ASSERT_EQ(bench.topics.asked.size(), 1U);
  const topics::PublishRequest& request = bench.topics.asked[0];
  EXPECT_EQ(request.topic_arn, "arn:aws:sns:us-east-1:123456789012:orders");
  EXPECT_TRUE(request.message.message.starts_with(R"({"version":"0","id":")")) << request.message.message;
  EXPECT_EQ(request.cause.event_uuid, kEvent);
  EXPECT_EQ(request.cause.hop, bench.journal.hops[0].id);
  EXPECT_EQ(bench.journal.timeline(kernel::Stage::Bus), Lines{"0s orders #1 ok 200"});
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{}) << "the topic owns it now";
}

TEST(BusToTopic, TriesAgainWhatMayPass) {
  TopicRuleBench bench;
  bench.topics.script = {std::unexpected(topics::ApiError{"ThrottlingException", 400, "Rate exceeded"}),
                         std::unexpected(topics::ApiError{"InternalError", 500, "no"}),
                         topics::PublishResult{"m"}};
  bench.put();
  bench.run_to(1h);
  ASSERT_EQ(bench.journal.hops.size(), 3U);
  EXPECT_EQ(bench.journal.hops[0].outcome, kernel::Outcome::Throttled);
  EXPECT_EQ(bench.journal.hops[1].outcome, kernel::Outcome::Failed);
  EXPECT_EQ(bench.journal.hops[2].outcome, kernel::Outcome::Ok);
  EXPECT_EQ(bench.queues.sent, Lines{});
}

TEST(BusToTopic, GivesUpAtOnceWhatCannot) {
  struct Case {
    topics::ApiError error;
    const char* code;
  };
  const Case cases[] = {
      {{"NotFound", 404, "Topic does not exist"}, "NO_RESOURCE"},
      {{"InvalidParameter", 400, "Invalid parameter: Message too long"}, "INVALID_PARAMETER"}};
  for (const Case& c : cases) {
    TopicRuleBench bench;
    bench.topics.script = {std::unexpected(c.error)};
    bench.put();
    bench.run_to(1h);
    EXPECT_EQ(bench.queues.sent,
              Lines{std::string("dlq RULE_ARN=arn:aws:events:us-east-1:123456789012:rule/s/orders "
                                "TARGET_ARN=arn:aws:sns:us-east-1:123456789012:orders ERROR_CODE=") +
                    c.code + " ERROR_MESSAGE=" + c.error.message + " RETRY_ATTEMPTS=0"});
    EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{std::string("0s dead_lettered bus: ") + c.code});
  }
}

}  // namespace
}  // namespace emulator::bus
