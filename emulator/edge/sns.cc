#include "emulator/edge/sns.h"

#include <array>
#include <nlohmann/json.hpp>

#include "emulator/edge/box_errors.h"
#include "emulator/edge/members.h"

namespace emulator::edge {
namespace {

using kernel::Json;
using Kind = DialectMember::Kind;

constexpr DialectMember list_of(std::string_view name) {
  return {.name = name, .wire = name, .item = "member"};
}
constexpr DialectMember map_of(std::string_view name, std::string_view key, std::string_view value) {
  return {.name = name, .wire = name, .kind = Kind::Map, .item = "entry", .key = key, .value = value};
}

constexpr std::array kMembers = {
    map_of("Attributes", "key", "value"),
    map_of("MessageAttributes", "Name", "Value"),
    list_of("PublishBatchRequestEntries"),
    list_of("Tags"),
    list_of("Topics"),
    list_of("Subscriptions"),
    list_of("Successful"),
    list_of("Failed"),
};
constexpr Dialect kDialect{"http://sns.amazonaws.com/doc/2010-03-31/", kMembers};

AwsError missing(std::string_view member) { return null_error("ValidationError", member); }
AwsError mistyped(std::string_view member, std::string_view wanted) {
  return {.code = "InvalidParameter",
          .message = "Invalid parameter: " + std::string(member) + " Reason: not " + std::string(wanted)};
}

AwsError error_of(const topics::ApiError& error) {
  return told_by_box({.code = error.code, .message = error.message, .status = error.status});
}

template <class T>
AwsResult empty_result(const topics::Answer<T>& answer) {
  if (!answer) return std::unexpected(error_of(answer.error()));
  return AwsReply{};
}

Json attributes_json(const topics::Attributes& attributes) {
  Json map = Json::object();
  for (const auto& [name, value] : attributes) map[name] = value;
  return {{"Attributes", map}};
}

AwsResult page_json(const topics::Answer<topics::SubscriptionPage>& page) {
  if (!page) return std::unexpected(error_of(page.error()));
  Json list = Json::array();
  for (const topics::SubscriptionSummary& subscription : page->subscriptions) {
    list.push_back({{"SubscriptionArn", subscription.subscription_arn},
                    {"Owner", subscription.owner},
                    {"Protocol", subscription.protocol},
                    {"Endpoint", subscription.endpoint},
                    {"TopicArn", subscription.topic_arn}});
  }
  Json output = {{"Subscriptions", list}};
  if (!page->next_token.empty()) output["NextToken"] = page->next_token;
  return reply_with(std::move(output));
}

}  // namespace

/// Of sns_publish.cc as well.
extern const MemberErrors kSnsErrors{.title = "SNS", .missing = missing, .mistyped = mistyped};

const Dialect* Sns::dialect() const { return &kDialect; }

kernel::Task<AwsResult> Sns::call(AwsCall call) {
  static constexpr std::array kOperations = {
      Operation<Sns>{"CreateTopic", &Sns::create_topic},
      Operation<Sns>{"DeleteTopic", &Sns::delete_topic},
      Operation<Sns>{"ListTopics", &Sns::list_topics},
      Operation<Sns>{"GetTopicAttributes", &Sns::get_topic_attributes},
      Operation<Sns>{"SetTopicAttributes", &Sns::set_topic_attributes},
      Operation<Sns>{"Subscribe", &Sns::subscribe},
      Operation<Sns>{"Unsubscribe", &Sns::unsubscribe},
      Operation<Sns>{"ConfirmSubscription", &Sns::confirm_subscription},
      Operation<Sns>{"ListSubscriptions", &Sns::list_subscriptions},
      Operation<Sns>{"ListSubscriptionsByTopic", &Sns::list_subscriptions_by_topic},
      Operation<Sns>{"GetSubscriptionAttributes", &Sns::get_subscription_attributes},
      Operation<Sns>{"SetSubscriptionAttributes", &Sns::set_subscription_attributes},
      Operation<Sns>{"Publish", &Sns::publish},
      Operation<Sns>{"PublishBatch", &Sns::publish_batch},
  };
  return run_operation<Sns>(*this, kOperations, std::move(call));
}

AwsResult Sns::create_topic(const AwsCall& call) {
  Members in(call, kSnsErrors);
  std::string topic = in.required_text("Name");
  topics::Attributes attributes = in.text_map("Attributes");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  auto arn = topics_.create_topic(std::move(topic), std::move(attributes));
  if (!arn) return std::unexpected(error_of(arn.error()));
  return reply_with({{"TopicArn", *arn}});
}

AwsResult Sns::delete_topic(const AwsCall& call) {
  Members in(call, kSnsErrors);
  std::string topic = in.required_text("TopicArn");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return empty_result(topics_.delete_topic(std::move(topic)));
}

AwsResult Sns::list_topics(const AwsCall& call) {
  Members in(call, kSnsErrors);
  std::string token = in.text_or_empty("NextToken");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto page = topics_.list_topics(std::move(token));
  if (!page) return std::unexpected(error_of(page.error()));
  Json list = Json::array();
  for (const std::string& arn : page->topic_arns) list.push_back({{"TopicArn", arn}});
  Json output = {{"Topics", list}};
  if (!page->next_token.empty()) output["NextToken"] = page->next_token;
  return reply_with(std::move(output));
}

AwsResult Sns::get_topic_attributes(const AwsCall& call) {
  Members in(call, kSnsErrors);
  std::string topic = in.required_text("TopicArn");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto attributes = topics_.topic_attributes(std::move(topic));
  if (!attributes) return std::unexpected(error_of(attributes.error()));
  return reply_with(attributes_json(*attributes));
}

AwsResult Sns::set_topic_attributes(const AwsCall& call) {
  Members in(call, kSnsErrors);
  std::string topic = in.required_text("TopicArn");
  std::string attribute = in.required_text("AttributeName");
  std::string value = in.text_or_empty("AttributeValue");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return empty_result(topics_.set_topic_attribute(std::move(topic), std::move(attribute), std::move(value)));
}

AwsResult Sns::subscribe(const AwsCall& call) {
  Members in(call, kSnsErrors);
  topics::SubscribeRequest request{.topic_arn = in.required_text("TopicArn"),
                                   .protocol = in.required_text("Protocol"),
                                   .endpoint = in.text_or_empty("Endpoint"),
                                   .attributes = in.text_map("Attributes"),
                                   .returns_arn = in.boolean("ReturnSubscriptionArn").value_or(false)};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  auto arn = topics_.subscribe(std::move(request));
  if (!arn) return std::unexpected(error_of(arn.error()));
  return reply_with({{"SubscriptionArn", *arn}});
}

AwsResult Sns::unsubscribe(const AwsCall& call) {
  Members in(call, kSnsErrors);
  std::string subscription = in.required_text("SubscriptionArn");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return empty_result(topics_.unsubscribe(std::move(subscription)));
}

AwsResult Sns::confirm_subscription(const AwsCall& call) {
  Members in(call, kSnsErrors);
  std::string topic = in.required_text("TopicArn");
  std::string token = in.required_text("Token");
  if (in.boolean("AuthenticateOnUnsubscribe").value_or(false))
    in.fail(not_emulated("SNS ConfirmSubscription: AuthenticateOnUnsubscribe"));
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  auto arn = topics_.confirm_subscription(std::move(topic), std::move(token));
  if (!arn) return std::unexpected(error_of(arn.error()));
  return reply_with({{"SubscriptionArn", *arn}});
}

AwsResult Sns::list_subscriptions(const AwsCall& call) {
  Members in(call, kSnsErrors);
  std::string token = in.text_or_empty("NextToken");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return page_json(topics_.list_subscriptions(std::move(token)));
}

AwsResult Sns::list_subscriptions_by_topic(const AwsCall& call) {
  Members in(call, kSnsErrors);
  std::string topic = in.required_text("TopicArn");
  std::string token = in.text_or_empty("NextToken");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return page_json(topics_.list_subscriptions_by_topic(std::move(topic), std::move(token)));
}

AwsResult Sns::get_subscription_attributes(const AwsCall& call) {
  Members in(call, kSnsErrors);
  std::string subscription = in.required_text("SubscriptionArn");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto attributes = topics_.subscription_attributes(std::move(subscription));
  if (!attributes) return std::unexpected(error_of(attributes.error()));
  return reply_with(attributes_json(*attributes));
}

AwsResult Sns::set_subscription_attributes(const AwsCall& call) {
  Members in(call, kSnsErrors);
  std::string subscription = in.required_text("SubscriptionArn");
  std::string attribute = in.required_text("AttributeName");
  std::string value = in.text_or_empty("AttributeValue");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return empty_result(
      topics_.set_subscription_attribute(std::move(subscription), std::move(attribute), std::move(value)));
}

}  // namespace emulator::edge
