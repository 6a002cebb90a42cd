#include "emulator/runner/topics_given.h"

#include "tests/emulator/runner/runner_support.h"

namespace emulator::runner {
namespace {

constexpr const char* kSns = "sns: {topics: ['arn:aws:sns:us-east-1:123456789012:orders']}\n";

class TopicsFile {
 public:
  explicit TopicsFile(const std::string& more = kSns) {
    put(dir_ / "middleware.yaml",
        more +
            "apis: {erp: {}}\nflows: [{event: Order__e, steps: [{name: book, api: erp, path: /orders}]}]\n");
  }
  /// "" when the scenario with this line of `given` is good; else its first problem.
  std::string problem(const std::string& topics,
                      const std::string& line = "{at: 0s, publish: Order__e, fields: {}}",
                      const std::string& target = "orders") const {
    const auto scenario = read_scenario(write(topics, line, target), {});
    if (scenario) return "";
    const std::string text = without(scenario.error().text(), dir_ / "");
    return text.substr(0, text.find('\n'));
  }
  Scenario read(const std::string& topics) const {
    return scenario_of(write(topics, "{at: 0s, publish: Order__e, fields: {}}"));
  }

 private:
  std::string write(const std::string& topics, const std::string& line,
                    const std::string& target = "orders") const {
    return put(
        dir_ / "s.yaml",
        "name: a_claim\ngiven:\n  topics: " + topics +
            "\n  bus: {rules: [{pattern: {source: [a]}, target: {topic: " + target +
            "}}]}\n  lambda: {ingest: {}}\n"
            "  compute: {middleware: middleware.yaml}\n  apis: {erp: {operations: [{path: /orders}]}}\n"
            "timeline:\n  - " +
            line + "\n");
  }
  TempDir dir_;
};

TEST(TopicsGiven, AreSaidInTheWordsOfSns) {
  const TopicsFile file;
  const Scenario scenario = file.read(
      "{orders: {signature: 2, message_bytes: 64KiB, subscriptions: [{lambda: ingest}, {queue: audit, raw: "
      "true, "
      "dead_letter: dlq}, {middleware: /sns, filter: {a: [b]}, filter_scope: MessageBody, retry: {retries: "
      "5, at_once: 1, "
      "wait_max: 1m, backoff: exponential}, per_second: 4, content_type: application/json}]}}");
  ASSERT_EQ(scenario.given.topics.size(), 1U);
  const TopicGiven& topic = scenario.given.topics[0];
  EXPECT_EQ(topic.attributes,
            (topics::Attributes{{"MaximumMessageSize", "65536"}, {"SignatureVersion", "2"}}));
  ASSERT_EQ(topic.subscriptions.size(), 3U);
  EXPECT_EQ(topic.subscriptions[0].protocol + " " + topic.subscriptions[0].name, "lambda ingest");
  EXPECT_EQ(topic.subscriptions[0].attributes, topics::Attributes{});
  EXPECT_EQ(topic.subscriptions[1].protocol + " " + topic.subscriptions[1].name, "sqs audit");
  EXPECT_EQ(topic.subscriptions[1].attributes,
            (topics::Attributes{
                {"RawMessageDelivery", "true"},
                {"RedrivePolicy", R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dlq"})"}}));
  EXPECT_EQ(topic.subscriptions[2].protocol + " " + topic.subscriptions[2].name, "https /sns");
  EXPECT_EQ(
      topic.subscriptions[2].attributes,
      (topics::Attributes{
          {"FilterPolicyScope", "MessageBody"},
          {"FilterPolicy", R"({"a":["b"]})"},
          {"DeliveryPolicy",
           R"({"healthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":60,"numRetries":5,"numNoDelayRetries":1,)"
           R"("numMinDelayRetries":0,"numMaxDelayRetries":0,"backoffFunction":"exponential"},)"
           R"("throttlePolicy":{"maxReceivesPerSecond":4},"requestPolicy":{"headerContentType":"application/json"}})"}}));
  std::string queues;
  for (const auto& queue : scenario.given.queues) queues += queue.name + " ";
  EXPECT_EQ(queues, "audit dlq ");
}

TEST(TopicsGiven, AreRefusedWithTheirPlace) {
  struct Case {
    const char* topics;
    const char* problem;
  };
  const Case cases[] = {
      {"{orders: {}}", ""},
      {"{order: {}}",
       "s.yaml:3:3: rule 'rule-1' has the target topic 'orders', which is not given; did you mean 'order'?"},
      {"{orders: {fifo: true}}",
       "s.yaml:3:11: 'topics': topic 'orders': 'fifo: true' and a name that ends in .fifo go together"},
      {"{orders: {subscriptions: [{}]}}",
       "s.yaml:3:37: a subscription needs one of the keys 'lambda', 'queue' or 'middleware'"},
      {"{orders: {subscriptions: [{url: 'http://x'}]}}",
       "s.yaml:3:38: 'url' is not emulated yet: subscriptions reach functions, queues and the middleware"},
      {"{orders: {subscriptions: [{lambda: ingst}]}}",
       "s.yaml:3:37: topic 'orders' has the subscribed function 'ingst', which is not given; did you mean "
       "'ingest'?"},
      {"{orders: {subscriptions: [{queue: q, raw: true}, {queue: q}]}}",
       "s.yaml:3:11: 'topics': topic 'orders': 'q' subscribes twice"},
      {"{orders: {subscriptions: [{lambda: ingest, raw: true}]}}",
       "s.yaml:3:37: item 1 of 'subscriptions': functions get no raw messages"},
      {"{orders: {subscriptions: [{queue: q, filter: {a: b}}]}}",
       "s.yaml:3:37: item 1 of 'subscriptions': 'filter': \"a\" must be an object or an array"},
      {"{orders: {subscriptions: [{queue: q, filter: {a: {b: [c]}}}]}}",
       "s.yaml:3:37: item 1 of 'subscriptions': 'filter': Filter policy scope MessageAttributes does not "
       "support nested "
       "filter policy"},
      {"{orders: {subscriptions: [{queue: q, per_second: 5}]}}",
       "s.yaml:3:37: item 1 of 'subscriptions': 'retry', 'per_second' and 'content_type' are of HTTP "
       "subscriptions only"},
      {"{orders: {subscriptions: [{middleware: sns}]}}",
       "s.yaml:3:37: item 1 of 'subscriptions': 'middleware' wants a path of the middleware, such as /sns"},
      {"{orders: {subscriptions: [{middleware: /sns, retry: {retries: 1, at_once: 2}}]}}",
       "s.yaml:3:37: item 1 of 'subscriptions': as a DeliveryPolicy: healthyRetryPolicy.numNoDelayRetries "
       "must be less than "
       "or equal to 1"},
  };
  const TopicsFile file;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.topics);
    EXPECT_EQ(file.problem(c.topics), c.problem);
  }
}

TEST(TopicsGiven, AreKnownToTheMiddlewareThatSubscribes) {
  const TopicsFile file("");
  EXPECT_EQ(file.problem("{orders: {subscriptions: [{middleware: /sns}]}}"),
            "s.yaml:3:37: the middleware does not take messages of this topic: its file has no "
            "'arn:aws:sns:us-east-1:123456789012:orders' in 'sns.topics'");
  const TopicsFile wrong("sns: {topics: [orders]}\n");
  EXPECT_EQ(wrong.problem("{orders: {}}"), "middleware.yaml:1:16: item 1 of 'topics': is no ARN of a topic");
}

TEST(TopicsGiven, OfFifoTypeAreNoTargetOfARule) {
  const TopicsFile file;
  EXPECT_EQ(file.problem("{orders.fifo: {fifo: true}, orders: {}}"), "");
  EXPECT_EQ(
      file.problem("{orders.fifo: {fifo: true}}", "{at: 0s, publish: Order__e, fields: {}}", "orders.fifo"),
      "s.yaml:3:3: rule 'rule-1' has the target topic 'orders.fifo': a rule has no message group to publish "
      "with");
}

TEST(TopicsGiven, MayBeToldToDeliverTwice) {
  const TopicsFile file;
  EXPECT_EQ(file.problem("{orders: {}}", "{at: 0s, duplicate: orders}"), "");
  EXPECT_EQ(file.problem("{orders: {}}", "{at: 0s, duplicate: ordrs}"),
            "s.yaml:9:5: the topic that sends twice is 'ordrs', which is not given; did you mean 'orders'?");
}

}  // namespace
}  // namespace emulator::runner
