#include <algorithm>
#include <nlohmann/json.hpp>
#include <ranges>

#include "emulator/topics/errors.h"
#include "emulator/topics/topic.h"

namespace emulator::topics {
namespace {

/// The complaint without its beginning, or nothing.
using Complaint = std::optional<std::string>;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

Complaint set_raw(Subscription& subscription, const std::string& value) {
  const std::string word = lower(value);
  if (word != "true" && word != "false")
    return "RawMessageDelivery: Invalid value [" + value + "]. Must be true or false.";
  if (word == "true" && subscription.protocol == Protocol::Lambda)
    return "Delivery protocol [lambda] does not support raw message delivery.";
  subscription.is_raw = word == "true";
  return {};
}

Complaint set_scope(Subscription& subscription, const std::string& value) {
  if (value != "MessageAttributes" && value != "MessageBody") {
    return "FilterPolicyScope: Invalid value [" + value +
           "]. Please use either MessageBody or MessageAttributes";
  }
  subscription.scope = value == "MessageBody" ? FilterScope::MessageBody : FilterScope::MessageAttributes;
  return {};
}

Complaint set_redrive(Subscription& subscription, const std::string& value) {
  subscription.dead_letter.reset();
  if (value.empty()) return {};
  const auto policy = kernel::parse_json(value);
  if (!policy || !policy->is_object()) return "RedrivePolicy: failed to parse JSON.";
  const auto found = policy->find("deadLetterTargetArn");
  const auto queue = found != policy->end() && found->is_string()
                         ? name_in_arn(found->get<std::string>(), "sqs")
                         : std::nullopt;
  if (!queue) return "RedrivePolicy: deadLetterTargetArn is an invalid arn";
  const bool needs_fifo =
      subscription.topic_arn.ends_with(".fifo") && subscription.endpoint.ends_with(".fifo");
  if (needs_fifo && !queue->ends_with(".fifo")) {
    return "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.";
  }
  subscription.dead_letter = *queue;
  return {};
}

Complaint set_delivery(Subscription& subscription, const std::string& value) {
  subscription.delivery = {};
  if (value.empty()) return {};
  // ASSUMPTION: the text. Only HTTP has a delivery policy.
  if (!is_http(subscription.protocol)) {
    return "DeliveryPolicy: Delivery protocol [" + std::string(to_text(subscription.protocol)) +
           "] does not support a delivery policy.";
  }
  auto policy = parse_delivery_policy(value, PolicyOf::Subscription);
  if (!policy) return "DeliveryPolicy: " + policy.error().message;
  subscription.delivery = std::move(*policy);
  return {};
}

Complaint set_one(Subscription& subscription, const std::string& name, const std::string& value) {
  if (name == "RawMessageDelivery") return set_raw(subscription, value);
  if (name == "FilterPolicyScope") return set_scope(subscription, value);
  if (name == "FilterPolicy") return {};  // compiled when the scope is known
  if (name == "RedrivePolicy") return set_redrive(subscription, value);
  if (name == "DeliveryPolicy") return set_delivery(subscription, value);
  if (name == "SubscriptionRoleArn" || name == "ReplayPolicy") return name + " is not emulated";
  return "AttributeName";
}

Complaint compile_filter(Subscription& subscription) {
  subscription.filter.reset();
  const auto said = subscription.said.find("FilterPolicy");
  if (said == subscription.said.end() || said->second.empty()) return {};
  const auto parsed = kernel::parse_json(said->second);
  if (parsed && parsed->is_object() && parsed->empty()) return {};  // {} is no policy
  auto filter = FilterPolicy::compile(said->second, subscription.scope);
  if (!filter) return "FilterPolicy: " + filter.error().message;
  subscription.filter = std::move(*filter);
  return {};
}

}  // namespace

Answer<> set_attributes(Subscription& subscription, Giving giving, const Attributes& attributes) {
  Subscription changed = subscription;
  Complaint complaint;
  for (const auto& [name, value] : attributes) {
    if (!complaint) complaint = set_one(changed, name, value);
    changed.said[name] = name == "RawMessageDelivery" ? lower(value) : value;
  }
  if (!complaint) complaint = compile_filter(changed);
  if (complaint)
    return invalid_parameter((giving == Giving::WithCreation ? "Attributes Reason: " : "") + *complaint);
  subscription = std::move(changed);
  return {};
}

Attributes attributes_of(const Subscription& subscription, const Topic& topic, std::string_view account) {
  const auto flag = [](bool value) { return std::string(value ? "true" : "false"); };
  Attributes attributes = {{"SubscriptionArn", subscription.arn},
                           {"TopicArn", subscription.topic_arn},
                           {"Protocol", std::string(to_text(subscription.protocol))},
                           {"Endpoint", subscription.endpoint},
                           {"Owner", std::string(account)},
                           {"PendingConfirmation", flag(!subscription.is_confirmed)},
                           {"ConfirmationWasAuthenticated", flag(!is_http(subscription.protocol))},
                           {"RawMessageDelivery", flag(subscription.is_raw)}};
  if (subscription.filter) {
    attributes.emplace_back("FilterPolicy", subscription.said.at("FilterPolicy"));
    attributes.emplace_back("FilterPolicyScope", to_text(subscription.scope));
  }
  for (const char* name : {"RedrivePolicy", "DeliveryPolicy"}) {
    const auto found = subscription.said.find(name);
    if (found != subscription.said.end() && !found->second.empty())
      attributes.emplace_back(name, found->second);
  }
  if (is_http(subscription.protocol)) {
    attributes.emplace_back("EffectiveDeliveryPolicy",
                            effective_policy_json(effective_policy(topic.delivery, subscription.delivery),
                                                  PolicyOf::Subscription, false));
  }
  return attributes;
}

std::string_view to_text(Protocol protocol) {
  switch (protocol) {
    case Protocol::Lambda:
      return "lambda";
    case Protocol::Sqs:
      return "sqs";
    case Protocol::Http:
      return "http";
    case Protocol::Https:
      return "https";
  }
  return "sqs";
}

Answer<> check_arn(const std::string& arn, const char* parameter) {
  const auto parts = std::ranges::count(arn, ':') + 1;
  if (parts >= 6) return {};
  return invalid_parameter(std::string(parameter) + " Reason: An ARN must have at least 6 elements, not " +
                           std::to_string(parts));
}

std::optional<std::string> name_in_arn(const std::string& arn, std::string_view service) {
  std::vector<std::string> parts;
  for (const auto part : std::views::split(arn, ':')) parts.emplace_back(part.begin(), part.end());
  if (parts.size() < 6 || parts[0] != "arn" || parts[2] != service) return std::nullopt;
  const std::size_t at = service == "lambda" ? 6 : 5;
  if (at >= parts.size() || parts[at].empty()) return std::nullopt;
  return parts[at];
}

}  // namespace emulator::topics
