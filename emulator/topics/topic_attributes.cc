#include <algorithm>
#include <array>
#include <charconv>

#include "emulator/topics/errors.h"
#include "emulator/topics/topic.h"

namespace emulator::topics {
namespace {

constexpr std::int64_t kBytesLow = 1024;
constexpr std::int64_t kBytesDefault = 262'144;
constexpr std::int64_t kBytesHigh = 1'048'576;
constexpr std::size_t kLargeSubscriptionsMax = 100;

/// What AWS has and a rehearsal would only store.
constexpr std::array<std::string_view, 6> kNotEmulated = {
    "Policy",        "KmsMasterKeyId",      "TracingConfig",
    "ArchivePolicy", "FifoThroughputScope", "DataProtectionPolicy"};

std::unexpected<ApiError> refuse(Giving giving, const std::string& what) {
  return invalid_parameter((giving == Giving::WithCreation ? "Attributes Reason: " : "") + what);
}

Answer<> set_message_size(Topic& topic, Giving giving, const std::string& value) {
  std::int64_t bytes = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), bytes);
  if (error != std::errc{} || end != value.data() + value.size() || bytes < kBytesLow || bytes > kBytesHigh) {
    return refuse(giving, "MaximumMessageSize: Invalid value [" + value + "]. Must be from 1024 to 1048576.");
  }
  if (bytes > kBytesDefault) {
    const bool has_http =
        std::ranges::any_of(topic.subscriptions, [](const auto& s) { return is_http(s->protocol); });
    if (has_http || topic.subscriptions.size() > kLargeSubscriptionsMax) {
      return refuse(
          giving,
          "MaximumMessageSize: above 262144 only with at most 100 subscriptions, all of sqs or lambda");
    }
  }
  topic.rules.bytes_max = bytes;
  return {};
}

Answer<> set_flag(bool& flag, Giving giving, const std::string& name, const std::string& value) {
  if (value != "true" && value != "false")
    return refuse(giving, name + ": Invalid value [" + value + "]. Must be true or false.");
  flag = value == "true";
  return {};
}

Answer<> parse(Topic& topic, Giving giving, const std::string& name, const std::string& value) {
  if (name == "DisplayName") {
    if (value.size() > 100) return refuse(giving, "DisplayName");
    return {};
  }
  if (name == "DeliveryPolicy") {
    auto policy = parse_delivery_policy(value.empty() ? "{}" : value, PolicyOf::Topic);
    if (!policy) return refuse(giving, "DeliveryPolicy: " + policy.error().message);
    topic.delivery = std::move(*policy);
    return {};
  }
  if (name == "MaximumMessageSize") return set_message_size(topic, giving, value);
  if (name == "SignatureVersion") {
    if (value != "1" && value != "2") return refuse(giving, "SignatureVersion");
    topic.signature = value == "1" ? SignatureVersion::One : SignatureVersion::Two;
    return {};
  }
  // The type of a topic is said when it is made, and never again.
  if (name == "FifoTopic" && giving == Giving::WithCreation)
    return set_flag(topic.rules.is_fifo, giving, name, value);
  if (name == "ContentBasedDeduplication") {
    if (!topic.rules.is_fifo) return refuse(giving, "ContentBasedDeduplication");
    return set_flag(topic.rules.dedupes_by_content, giving, name, value);
  }
  const bool is_feedback = name.find("Feedback") != std::string::npos;
  if (is_feedback || std::ranges::find(kNotEmulated, name) != kNotEmulated.end())
    return refuse(giving, name + " is not emulated");
  return refuse(giving, "AttributeName");
}

}  // namespace

Answer<> set_attribute(Topic& topic, Giving giving, const std::string& name, const std::string& value) {
  if (auto set = parse(topic, giving, name, value); !set) return set;
  topic.said[name] = value;
  return {};
}

Attributes attributes_of(const Topic& topic, std::string_view account) {
  const auto said = [&topic](const char* name) {
    const auto found = topic.said.find(name);
    return found == topic.said.end() ? std::string{} : found->second;
  };
  std::int64_t pending = 0;
  for (const auto& subscription : topic.subscriptions) pending += !subscription->is_confirmed;
  const auto confirmed = static_cast<std::int64_t>(topic.subscriptions.size()) - pending;
  Attributes attributes = {
      {"TopicArn", topic.arn},
      {"Owner", std::string(account)},
      {"DisplayName", said("DisplayName")},
      {"SubscriptionsConfirmed", std::to_string(confirmed)},
      {"SubscriptionsPending", std::to_string(pending)},
      {"SubscriptionsDeleted", std::to_string(topic.deleted)},
      {"EffectiveDeliveryPolicy", effective_policy_json(effective_policy(topic.delivery, {}), PolicyOf::Topic,
                                                        topic.delivery.disables_overrides)}};
  for (const char* name : {"DeliveryPolicy", "MaximumMessageSize", "SignatureVersion"}) {
    if (std::string value = said(name); !value.empty()) attributes.emplace_back(name, std::move(value));
  }
  if (topic.rules.is_fifo) {
    attributes.emplace_back("FifoTopic", "true");
    attributes.emplace_back("ContentBasedDeduplication", topic.rules.dedupes_by_content ? "true" : "false");
  }
  return attributes;
}

Answer<> check_fit(const Topic& topic, Protocol protocol, const std::string& endpoint) {
  if (!topic.rules.is_fifo && protocol == Protocol::Sqs && endpoint.ends_with(".fifo")) {
    // The doubled beginning is AWS's.
    return invalid_parameter(
        "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics");
  }
  if (topic.rules.is_fifo && protocol != Protocol::Sqs) {
    // ASSUMPTION: the text. FIFO topics deliver to queues only.
    return invalid_parameter(
        "Invalid parameter: Endpoint Reason: FIFO SNS topics deliver to SQS queues only");
  }
  const bool is_large = topic.rules.bytes_max > kBytesDefault;
  if (is_large && (is_http(protocol) || topic.subscriptions.size() >= kLargeSubscriptionsMax)) {
    return invalid_parameter(
        "MaximumMessageSize: above 262144 only with at most 100 subscriptions, all of sqs or lambda");
  }
  return {};
}

}  // namespace emulator::topics
