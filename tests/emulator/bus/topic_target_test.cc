#include <gtest/gtest.h>

#include "tests/emulator/bus/bus_support.h"

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

BusBench to_topic(ScriptedTopics& topics) {
  return BusBench(
      {rule("orders", kOrders, {with_dead_letter(with_retry(to_arn(topic_arn("orders")), {.jitter = 0}))})},
      &topics);
}

TEST(BusToTopic, PublishesTheEnvelope) {
  ScriptedTopics topics;
  BusBench bench = to_topic(topics);
  bench.put();
  ASSERT_EQ(topics.asked.size(), 1U);
  const topics::PublishRequest& request = topics.asked[0];
  EXPECT_EQ(request.topic_arn, "arn:aws:sns:us-east-1:123456789012:orders");
  EXPECT_TRUE(request.message.message.starts_with(R"({"version":"0","id":")")) << request.message.message;
  EXPECT_EQ(request.cause.event_uuid, kEvent);
  EXPECT_EQ(request.cause.hop, bench.journal.hops[0].id);
  EXPECT_EQ(bench.journal.timeline(kernel::Stage::Bus), Lines{"0s orders #1 ok 200"});
  EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{}) << "the topic owns it now";
}

TEST(BusToTopic, TriesAgainWhatMayPass) {
  ScriptedTopics topics;
  topics.script = {std::unexpected(topics::ApiError{"ThrottlingException", 400, "Rate exceeded"}),
                   std::unexpected(topics::ApiError{"InternalError", 500, "no"}), topics::PublishResult{"m"}};
  BusBench bench = to_topic(topics);
  bench.put();
  bench.run_to(1h);
  EXPECT_EQ(bench.journal.timeline(kernel::Stage::Bus),
            (Lines{"0s orders #1 throttled 400 Rate exceeded", "1s orders #2 failed 500 no",
                   "3s orders #3 ok 200"}));
  EXPECT_EQ(bench.queues.depth("orders-dlq"), 0U);
}

TEST(BusToTopic, GivesUpAtOnceWhatCannot) {
  struct Case {
    topics::ApiError error;
    std::string code;
  };
  const Case cases[] = {
      {{"NotFound", 404, "Topic does not exist"}, "NO_RESOURCE"},
      {{"InvalidParameter", 400, "Invalid parameter: Message too long"}, "INVALID_PARAMETER"}};
  for (const Case& c : cases) {
    ScriptedTopics topics;
    topics.script = {std::unexpected(c.error)};
    BusBench bench = to_topic(topics);
    bench.put();
    bench.run_to(1h);
    const auto dead = bench.received("orders-dlq");
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead[0].attributes,
              (queues::MessageAttributes{{"RULE_ARN", rule_arn(kSource, "orders")},
                                         {"TARGET_ARN", "arn:aws:sns:us-east-1:123456789012:orders"},
                                         {"ERROR_CODE", c.code},
                                         {"ERROR_MESSAGE", c.error.message},
                                         {"RETRY_ATTEMPTS", "0"}}));
    EXPECT_EQ(bench.journal.ends_of(kEvent), Lines{"0s dead_lettered bus: " + c.code});
  }
}

}  // namespace
}  // namespace emulator::bus
