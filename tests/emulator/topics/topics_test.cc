#include "emulator/topics/topics.h"

#include "emulator/topics/links.h"
#include "tests/emulator/topics/topics_support.h"
#include "tests/support/run_task.h"

namespace emulator::topics {
namespace {

const std::string kOrders = "arn:aws:sns:us-east-1:123456789012:orders";

std::string value(const Answer<Attributes>& attributes, const std::string& name) {
  if (!attributes) return attributes.error().message;
  for (const auto& [key, text] : *attributes) {
    if (key == name) return text;
  }
  return "(absent)";
}

TEST(Topics, AreMadeOnce) {
  TopicsBench bench;
  EXPECT_EQ(bench.create("orders", {{"DisplayName", "Orders"}}), kOrders);
  EXPECT_EQ(bench.create("orders", {{"DisplayName", "Orders"}}), kOrders);
  EXPECT_EQ(bench.create("orders"), kOrders) << "what is not said is not compared";
  EXPECT_EQ(bench.create("orders", {{"FifoTopic", "false"}}), kOrders);
  EXPECT_EQ(error_text(bench.topics.create_topic("orders", {{"DisplayName", "Other"}})),
            "InvalidParameter 400 Invalid parameter: Attributes Reason: Topic already exists with different "
            "attributes");
  EXPECT_EQ(bench.topics.list_topics("")->topic_arns, Lines{kOrders});
}

TEST(Topics, HaveNamesOfLettersDigitsDashesAndUnderscores) {
  TopicsBench bench;
  const std::string bad = "InvalidParameter 400 Invalid parameter: Topic Name";
  const std::string bad_fifo =
      "InvalidParameter 400 Fifo Topic names must end with .fifo and must be made up of only uppercase and "
      "lowercase "
      "ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long.";
  EXPECT_EQ(error_text(bench.topics.create_topic(std::string(256, 'a'), {})), "");
  EXPECT_EQ(error_text(bench.topics.create_topic(std::string(257, 'a'), {})), bad);
  EXPECT_EQ(error_text(bench.topics.create_topic("", {})), bad);
  EXPECT_EQ(error_text(bench.topics.create_topic("a.b", {})), bad);
  EXPECT_EQ(error_text(bench.topics.create_topic("a.fifo", {})), bad)
      << "the attribute makes it FIFO, not the name";
  EXPECT_EQ(error_text(bench.topics.create_topic("a.fifo", {{"FifoTopic", "true"}})), "");
  EXPECT_EQ(error_text(bench.topics.create_topic("a", {{"FifoTopic", "true"}})), bad_fifo);
}

TEST(Topics, ShowTheirAttributes) {
  TopicsBench bench;
  bench.create("orders", {{"DisplayName", "Orders"}, {"SignatureVersion", "2"}});
  bench.create("o.fifo", {{"ContentBasedDeduplication", "true"}, {"FifoTopic", "true"}});
  bench.queue("orders", "a");
  bench.topics.unsubscribe(bench.queue("orders", "b"));
  bench.web.then(503);
  bench.subscribe("orders", "https", "https://shop/x");
  const auto orders = bench.topics.topic_attributes(kOrders);
  EXPECT_EQ(value(orders, "TopicArn"), kOrders);
  EXPECT_EQ(value(orders, "Owner"), "123456789012");
  EXPECT_EQ(value(orders, "DisplayName"), "Orders");
  EXPECT_EQ(value(orders, "SignatureVersion"), "2");
  EXPECT_EQ(value(orders, "SubscriptionsConfirmed"), "1");
  EXPECT_EQ(value(orders, "SubscriptionsPending"), "1");
  EXPECT_EQ(value(orders, "SubscriptionsDeleted"), "1");
  EXPECT_EQ(value(orders, "FifoTopic"), "(absent)");
  const auto fifo = bench.topics.topic_attributes(kOrders.substr(0, kOrders.size() - 6) + "o.fifo");
  EXPECT_EQ(value(fifo, "FifoTopic"), "true");
  EXPECT_EQ(value(fifo, "ContentBasedDeduplication"), "true");
}

TEST(Topics, TakeOnlyAttributesThatTheyActOn) {
  TopicsBench bench;
  bench.create("orders");
  struct Case {
    const char* name;
    const char* value;
    const char* answer;
  };
  const std::string invalid = "InvalidParameter 400 Invalid parameter: ";
  const Case cases[] = {
      {"MaximumMessageSize", "1024", ""},
      {"MaximumMessageSize", "1023",
       "MaximumMessageSize: Invalid value [1023]. Must be from 1024 to 1048576."},
      {"MaximumMessageSize", "1048576", ""},
      {"MaximumMessageSize", "1048577",
       "MaximumMessageSize: Invalid value [1048577]. Must be from 1024 to 1048576."},
      {"MaximumMessageSize", "big", "MaximumMessageSize: Invalid value [big]. Must be from 1024 to 1048576."},
      {"SignatureVersion", "3", "SignatureVersion"},
      {"FifoTopic", "true", "AttributeName"},
      {"ContentBasedDeduplication", "true", "ContentBasedDeduplication"},
      {"DeliveryPolicy", "{", "DeliveryPolicy: failed to parse JSON."},
      {"DeliveryPolicy", "", ""},
      {"Policy", "{}", "Policy is not emulated"},
      {"TracingConfig", "Active", "TracingConfig is not emulated"},
      {"HTTPSuccessFeedbackRoleArn", "x", "HTTPSuccessFeedbackRoleArn is not emulated"},
      {"Colour", "blue", "AttributeName"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.name) + " " + c.value);
    EXPECT_EQ(error_text(bench.topics.set_topic_attribute(kOrders, c.name, c.value)),
              *c.answer == '\0' ? "" : invalid + c.answer);
  }
  EXPECT_EQ(error_text(bench.topics.create_topic("b", {{"Colour", "blue"}})),
            invalid + "Attributes Reason: AttributeName");
  EXPECT_EQ(error_text(bench.topics.topic_attributes(kOrders + "x")), "NotFound 404 Topic does not exist");
  EXPECT_EQ(error_text(bench.topics.topic_attributes("orders")),
            invalid + "TopicArn Reason: An ARN must have at least 6 elements, not 1");
}

TEST(Topics, TakeLargeMessagesOnlyWithoutHttp) {
  TopicsBench bench;
  const std::string why =
      "InvalidParameter 400 Invalid parameter: MaximumMessageSize: above 262144 only with at most 100 "
      "subscriptions, all of sqs or lambda";
  bench.create("large", {{"MaximumMessageSize", "1048576"}});
  EXPECT_EQ(error_text(bench.publish("large", {.message = std::string(1'048'576, 'x')})), "");
  for (int i = 0; i < 100; ++i) bench.queue("large", "q" + std::to_string(i));
  EXPECT_EQ(
      error_text(bench.topics.subscribe({bench.topics.topic_arn("large"), "sqs", queue_arn("one-more")})),
      why);
  bench.create("web");
  bench.web.then(200);
  bench.website("web", "https://shop/x");
  EXPECT_EQ(error_text(bench.topics.set_topic_attribute(bench.topics.topic_arn("web"), "MaximumMessageSize",
                                                        "262145")),
            why);
}

TEST(Topics, GoWithTheirSubscriptions) {
  TopicsBench bench;
  bench.create("orders");
  const std::string subscription = bench.queue("orders", "a");
  EXPECT_TRUE(bench.topics.delete_topic(kOrders));
  EXPECT_TRUE(bench.topics.delete_topic(kOrders)) << "gone is gone";
  EXPECT_EQ(error_text(bench.topics.subscription_attributes(subscription)),
            "NotFound 404 Subscription does not exist");
  EXPECT_EQ(error_text(bench.publish("orders", {.message = "m"})), "NotFound 404 Topic does not exist");
}

TEST(Topics, AreListedAHundredAPage) {
  TopicsBench bench;
  for (int i = 0; i < 101; ++i) {
    bench.create("t" + std::to_string(i));
    bench.queue("t0", "q" + std::to_string(i));
  }
  const auto first = bench.topics.list_topics("");
  EXPECT_EQ(first->topic_arns.size(), 100u);
  const auto second = bench.topics.list_topics(first->next_token);
  EXPECT_EQ(second->topic_arns, Lines{bench.topics.topic_arn("t100")});
  EXPECT_EQ(second->next_token, "");
  const auto page = bench.topics.list_subscriptions_by_topic(bench.topics.topic_arn("t0"), "");
  EXPECT_EQ(page->subscriptions.size(), 100u);
  EXPECT_EQ(bench.topics.list_subscriptions(page->next_token)->subscriptions.size(), 1u);
  EXPECT_EQ(bench.topics.list_subscriptions_by_topic(bench.topics.topic_arn("t1"), "")->subscriptions.size(),
            0u);
}

TEST(Subscriptions, AreMadeOnce) {
  TopicsBench bench;
  bench.create("orders");
  const std::string arn = bench.queue("orders", "a", {{"RawMessageDelivery", "True"}});
  EXPECT_TRUE(arn.starts_with(kOrders + ":")) << arn;
  EXPECT_EQ(bench.queue("orders", "a", {{"RawMessageDelivery", "true"}}), arn);
  EXPECT_EQ(bench.queue("orders", "a"), arn);
  EXPECT_NE(bench.queue("orders", "b"), arn);
  EXPECT_EQ(
      error_text(bench.topics.subscribe({kOrders, "sqs", queue_arn("a"), {{"RawMessageDelivery", "false"}}})),
      "InvalidParameter 400 Invalid parameter: Attributes Reason: Subscription already exists with different "
      "attributes");
}

TEST(Subscriptions, AreRefusedInTheWordsOfSns) {
  TopicsBench bench;
  bench.create("orders");
  bench.create("o.fifo", {{"FifoTopic", "true"}});
  struct Case {
    const char* topic;
    const char* protocol;
    std::string endpoint;
    Attributes attributes;
    const char* answer;
  };
  const std::string dlq = redrive("dlq");
  const Case cases[] = {
      {"orders", "pigeon", "x", {}, "Amazon SNS does not support this protocol string: pigeon"},
      {"orders", "sms", "+43", {}, "Protocol sms is not emulated"},
      {"orders", "https", "http://shop/x", {}, "Endpoint must match the specified protocol"},
      {"orders", "sqs", "audit", {}, "SQS endpoint ARN"},
      {"orders", "lambda", "audit", {}, "Lambda endpoint ARN"},
      {"orders",
       "sqs",
       queue_arn("a.fifo"),
       {},
       "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics"},
      {"o.fifo",
       "lambda",
       function_arn("f"),
       {},
       "Invalid parameter: Endpoint Reason: FIFO SNS topics deliver to SQS queues only"},
      {"orders",
       "sqs",
       queue_arn("a"),
       {{"RawMessageDelivery", "yes"}},
       "Attributes Reason: RawMessageDelivery: Invalid value [yes]. Must be true or false."},
      {"orders",
       "lambda",
       function_arn("f"),
       {{"RawMessageDelivery", "true"}},
       "Attributes Reason: Delivery protocol [lambda] does not support raw message delivery."},
      {"orders",
       "sqs",
       queue_arn("a"),
       {{"FilterPolicyScope", "Body"}},
       "Attributes Reason: FilterPolicyScope: Invalid value [Body]. Please use either MessageBody or "
       "MessageAttributes"},
      {"orders",
       "sqs",
       queue_arn("a"),
       {{"FilterPolicy", "{"}},
       "Attributes Reason: FilterPolicy: failed to parse JSON."},
      {"orders",
       "sqs",
       queue_arn("a"),
       {{"FilterPolicy", R"({"a":{"b":["c"]}})"}},
       "Attributes Reason: FilterPolicy: Filter policy scope MessageAttributes does not support nested "
       "filter policy"},
      {"orders",
       "sqs",
       queue_arn("a"),
       {{"RedrivePolicy", "dlq"}},
       "Attributes Reason: RedrivePolicy: failed to parse JSON."},
      {"orders",
       "sqs",
       queue_arn("a"),
       {{"RedrivePolicy", "{}"}},
       "Attributes Reason: RedrivePolicy: deadLetterTargetArn is an invalid arn"},
      {"o.fifo",
       "sqs",
       queue_arn("a.fifo"),
       {{"RedrivePolicy", dlq}},
       "Attributes Reason: RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO "
       "Topic."},
      {"orders",
       "sqs",
       queue_arn("a"),
       {{"DeliveryPolicy", "{}"}},
       "Attributes Reason: DeliveryPolicy: Delivery protocol [sqs] does not support a delivery policy."},
      {"orders",
       "https",
       "https://shop/x",
       {{"DeliveryPolicy", R"({"healthyRetryPolicy":{"numRetries":101}})"}},
       "Attributes Reason: DeliveryPolicy: healthyRetryPolicy.numRetries must be less than or equal to 100"},
      {"orders", "sqs", queue_arn("a"), {{"Colour", "blue"}}, "Attributes Reason: AttributeName"},
      {"orders",
       "sqs",
       queue_arn("a"),
       {{"SubscriptionRoleArn", "r"}},
       "Attributes Reason: SubscriptionRoleArn is not emulated"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.answer);
    EXPECT_EQ(error_text(bench.topics.subscribe(
                  {bench.topics.topic_arn(c.topic), c.protocol, c.endpoint, c.attributes})),
              std::string("InvalidParameter 400 Invalid parameter: ") + c.answer);
  }
  EXPECT_EQ(error_text(bench.topics.subscribe({kOrders + "x", "sqs", queue_arn("a")})),
            "NotFound 404 Topic does not exist");
  EXPECT_EQ(
      error_text(bench.topics.subscribe({bench.topics.topic_arn("o.fifo"), "sqs", queue_arn("standard")})),
      "");
  EXPECT_TRUE(bench.topics.list_subscriptions_by_topic(kOrders, "")->subscriptions.empty());
}

TEST(Subscriptions, ShowAndChangeTheirAttributes) {
  TopicsBench bench;
  bench.create("orders");
  const std::string arn = bench.queue("orders", "a", {{"FilterPolicy", R"({"a":["b"]})"}});
  EXPECT_EQ(value(bench.topics.subscription_attributes(arn), "FilterPolicy"), R"({"a":["b"]})");
  EXPECT_EQ(value(bench.topics.subscription_attributes(arn), "FilterPolicyScope"), "MessageAttributes");
  EXPECT_EQ(value(bench.topics.subscription_attributes(arn), "PendingConfirmation"), "false");
  EXPECT_TRUE(bench.topics.set_subscription_attribute(arn, "FilterPolicyScope", "MessageBody"));
  EXPECT_TRUE(bench.topics.set_subscription_attribute(arn, "FilterPolicy", R"({"a":{"b":["c"]}})"));
  EXPECT_EQ(
      error_text(bench.topics.set_subscription_attribute(arn, "FilterPolicyScope", "MessageAttributes")),
      "InvalidParameter 400 Invalid parameter: FilterPolicy: Filter policy scope MessageAttributes does not "
      "support "
      "nested filter policy");
  EXPECT_EQ(value(bench.topics.subscription_attributes(arn), "FilterPolicyScope"), "MessageBody")
      << "nothing was changed";
  EXPECT_TRUE(bench.topics.set_subscription_attribute(arn, "FilterPolicy", "{}")) << "no policy";
  EXPECT_EQ(value(bench.topics.subscription_attributes(arn), "FilterPolicy"), "(absent)");
  EXPECT_TRUE(bench.topics.set_subscription_attribute(arn, "RedrivePolicy", redrive("dlq")));
  EXPECT_EQ(value(bench.topics.subscription_attributes(arn), "RedrivePolicy"), redrive("dlq"));
  EXPECT_TRUE(bench.topics.set_subscription_attribute(arn, "RawMessageDelivery", "TRUE"));
  EXPECT_EQ(value(bench.topics.subscription_attributes(arn), "RawMessageDelivery"), "true");
  EXPECT_EQ(error_text(bench.topics.set_subscription_attribute(arn + "x", "RawMessageDelivery", "true")),
            "NotFound 404 Subscription does not exist");
  EXPECT_EQ(error_text(bench.topics.unsubscribe("orders")),
            "InvalidParameter 400 Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 "
            "elements, not 1");
  EXPECT_TRUE(bench.topics.unsubscribe(arn + "x"));
}

TEST(Subscriptions, OfWebsitesWaitForTheirConfirmation) {
  TopicsBench bench;
  bench.create("orders");
  bench.web.then(200);
  EXPECT_EQ(*bench.topics.subscribe({kOrders, "https", "https://shop/sns?x=1"}), "pending confirmation");
  const std::string arn = bench.subscribe("orders", "https", "https://shop/sns?x=1");
  EXPECT_EQ(value(bench.topics.subscription_attributes(arn), "PendingConfirmation"), "true");
  EXPECT_EQ(bench.topics.list_subscriptions("")->subscriptions,
            (std::vector<SubscriptionSummary>{
                {"PendingConfirmation", "123456789012", "https", "https://shop/sns?x=1", kOrders}}));
  ASSERT_EQ(bench.web.asked.size(), 1u) << "asked once, though subscribed twice";
  const kernel::HttpRequest& request = bench.web.asked[0].request;
  EXPECT_EQ(request.method + " " + request.host + request.target, "POST shop/sns?x=1");
  EXPECT_EQ(request.headers.get("x-amz-sns-message-type"), "SubscriptionConfirmation");
  EXPECT_FALSE(request.headers.has("x-amz-sns-subscription-arn"));
  const kernel::Json body = *kernel::parse_json(request.body);
  const std::string token = TopicsBench::token_of(request.body);
  EXPECT_EQ(kernel::json_text_at(body, "/SubscribeURL"),
            "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + kOrders +
                "&Token=" + token);
  EXPECT_EQ(error_text(bench.topics.confirm_subscription(kOrders, "x")),
            "InvalidParameter 400 Invalid parameter: Token");
  EXPECT_EQ(error_text(bench.topics.confirm_subscription(kOrders, "")),
            "InvalidParameter 400 Invalid parameter: Token");
  EXPECT_EQ(*bench.topics.confirm_subscription(kOrders, token), arn);
  EXPECT_EQ(*bench.topics.confirm_subscription(kOrders, token), arn) << "twice is no error";
  EXPECT_EQ(value(bench.topics.subscription_attributes(arn), "PendingConfirmation"), "false");
  EXPECT_EQ(bench.journal.transitions, Lines{"0s shop/sns?x=1 pending -> confirmed"});
}

TEST(Subscriptions, AskAgainForTheirConfirmationAndForgetItThen) {
  TopicsBench bench;
  bench.create("orders");
  bench.web.then(503, 0s);
  bench.subscribe("orders", "https", "https://shop/sns");
  bench.run_to(10min);
  EXPECT_EQ(bench.hops(), (Lines{"0s shop/sns #1 failed 503 {}", "20s shop/sns #2 failed 503 {}",
                                 "40s shop/sns #3 failed 503 {}", "1m shop/sns #4 failed 503 {}"}));
  EXPECT_EQ(bench.topics.pending(), 0u);
}

TEST(Subscriptions, HaveTokensForTwoDays) {
  for (const bool is_late : {false, true}) {
    TopicsBench bench;
    bench.create("orders");
    bench.web.then(200);
    bench.subscribe("orders", "https", "https://shop/sns");
    const std::string token = TopicsBench::token_of(bench.web.asked[0].request.body);
    bench.run_to(is_late ? 48h : 48h - 1ns);
    EXPECT_EQ(error_text(bench.topics.confirm_subscription(kOrders, token)),
              is_late ? "InvalidParameter 400 Invalid parameter: Token" : "");
  }
}

TEST(Links, ConfirmUnsubscribeAndShowTheCertificate) {
  TopicsBench bench;
  bench.create("orders");
  bench.web.then(200);
  const std::string arn = bench.subscribe("orders", "https", "https://shop/sns");
  const kernel::Json body = *kernel::parse_json(bench.web.asked[0].request.body);
  Links links(bench.topics);
  const auto get = [&](const std::string& url) {
    const std::string host = "https://sns.us-east-1.amazonaws.com";
    EXPECT_TRUE(url.starts_with(host)) << url;
    const auto reply = support::run(bench.scheduler, links.handle({.target = url.substr(host.size())}));
    return std::to_string(reply.response.status) + " " + reply.response.body;
  };
  const std::string xmlns = R"( xmlns="http://sns.amazonaws.com/doc/2010-03-31/">)";
  EXPECT_EQ(get(kernel::json_text_at(body, "/SigningCertURL")),
            "200 " + std::string(bench.signer.certificate_pem()));
  EXPECT_EQ(get(kernel::json_text_at(body, "/SubscribeURL")),
            "200 <ConfirmSubscriptionResponse" + xmlns + "<ConfirmSubscriptionResult><SubscriptionArn>" +
                arn + "</SubscriptionArn></ConfirmSubscriptionResult></ConfirmSubscriptionResponse>");
  EXPECT_EQ(get("https://sns.us-east-1.amazonaws.com/"
                "?Action=ConfirmSubscription&TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A"
                "123456789012%3Aorders&Token=x"),
            "400 <ErrorResponse" + xmlns +
                "<Error><Type>Sender</Type><Code>InvalidParameter</Code><Message>Invalid parameter: "
                "Token</Message></Error>"
                "</ErrorResponse>");
  EXPECT_EQ(get("https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=" + arn),
            "200 <UnsubscribeResponse" + xmlns + "</UnsubscribeResponse>");
  EXPECT_TRUE(bench.topics.list_subscriptions("")->subscriptions.empty());
  EXPECT_TRUE(get("https://sns.us-east-1.amazonaws.com/?Action=Publish").starts_with("400 "));
}

TEST(Links, OfWebsitesOutsideMayLieElsewhereButNotTheCertificate) {
  TopicsConfig config{.link_base = "http://127.0.0.1:4570"};
  std::vector<std::string> asked;
  config.reach = [&asked](const std::string& host, const std::string& base) -> kernel::Result<bool> {
    asked.push_back(host + " " + base);
    return host != "inside";
  };
  TopicsBench bench(std::move(config));
  bench.create("orders");
  struct Case {
    const char* endpoint;
    const char* asked;
    const char* link;
  };
  const Case cases[] = {
      {"https://shop:8443/sns?a=b", "shop:8443 https://shop:8443", "http://127.0.0.1:4570/?Action="},
      {"https://inside/sns", "inside https://inside", "https://sns.us-east-1.amazonaws.com/?Action="},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.endpoint);
    bench.web.then(200);
    bench.subscribe("orders", "https", c.endpoint);
    EXPECT_EQ(asked.back(), c.asked);
    const kernel::Json body = *kernel::parse_json(bench.web.asked.back().request.body);
    EXPECT_TRUE(kernel::json_text_at(body, "/SubscribeURL").starts_with(c.link));
    EXPECT_TRUE(kernel::json_text_at(body, "/SigningCertURL")
                    .starts_with("https://sns.us-east-1.amazonaws.com/SimpleNotificationService-"));
  }
}

TEST(Links, AreNotMadeForAWebsiteThatCannotBeReached) {
  TopicsConfig config;
  config.reach = [](const std::string&, const std::string& base) -> kernel::Result<bool> {
    return kernel::invalid("has no host", base);
  };
  TopicsBench bench(std::move(config));
  bench.create("orders");
  const auto refused = bench.topics.subscribe(
      {.topic_arn = bench.topics.topic_arn("orders"), .protocol = "http", .endpoint = "http://?"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, "InvalidParameter");
}

}  // namespace
}  // namespace emulator::topics
