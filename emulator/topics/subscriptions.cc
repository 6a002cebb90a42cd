// The part of Topics that keeps subscriptions: made, confirmed, changed, ended.
#include <algorithm>
#include <array>

#include "emulator/topics/errors.h"
#include "emulator/topics/topics.h"
#include "middleware/kernel/ids.h"

namespace emulator::topics {
namespace {

/// Those that AWS has beyond ours.
constexpr std::array<std::string_view, 5> kOtherProtocols = {"email", "email-json", "sms", "application",
                                                             "firehose"};

Answer<Protocol> protocol_of(const std::string& text) {
  for (const Protocol protocol : {Protocol::Lambda, Protocol::Sqs, Protocol::Http, Protocol::Https}) {
    if (text == to_text(protocol)) return protocol;
  }
  if (std::ranges::find(kOtherProtocols, text) != kOtherProtocols.end())
    return invalid_parameter("Protocol " + text + " is not emulated");
  return invalid_parameter("Amazon SNS does not support this protocol string: " + text);
}

/// "https://example.com:8443" of "https://example.com:8443/hook?a=b".
std::string base_url_of(const std::string& endpoint) {
  return endpoint.substr(0, endpoint.find_first_of("/?", endpoint.find("://") + 3));
}

/// The function, the queue, or what follows "://".
Answer<std::string> name_of(Protocol protocol, const std::string& endpoint) {
  if (is_http(protocol)) {
    const std::string start = std::string(to_text(protocol)) + "://";
    if (!endpoint.starts_with(start) || endpoint.size() == start.size())
      return invalid_parameter("Endpoint must match the specified protocol");
    return endpoint.substr(start.size());
  }
  auto name = name_in_arn(endpoint, to_text(protocol));
  if (name) return std::move(*name);
  return invalid_parameter(protocol == Protocol::Sqs ? "SQS endpoint ARN" : "Lambda endpoint ARN");
}

std::string new_token(kernel::Random& luck) {
  std::string token;
  for (int i = 0; i < 8; ++i) token += kernel::hex16(luck.bits());
  return token;
}

}  // namespace

std::string Topics::link(const Subscription& subscription, std::string_view action,
                         std::string_view parameters) const {
  const bool is_inside = is_http(subscription.protocol) && !subscription.is_outside;
  const std::string base = is_inside || config_.link_base.empty() ? service_url() : config_.link_base;
  return base + "/?Action=" + std::string(action) + "&" + std::string(parameters);
}

Answer<Subscription> Topics::new_subscription(Topic& topic, const SubscribeRequest& request) {
  const auto protocol = protocol_of(request.protocol);
  if (!protocol) return std::unexpected(protocol.error());
  auto name = name_of(*protocol, request.endpoint);
  if (!name) return std::unexpected(name.error());
  if (auto fit = check_fit(topic, *protocol, request.endpoint); !fit) return std::unexpected(fit.error());
  bool is_outside = false;
  if (is_http(*protocol) && config_.reach) {
    const std::string base = base_url_of(request.endpoint);
    const std::string host = base.substr(base.find("://") + 3);
    const auto reached = config_.reach(host, base);
    if (!reached) return std::unexpected(invalid_parameter("Endpoint " + reached.error().text()));
    is_outside = *reached;
  }
  Subscription subscription{.arn = {},
                            .topic_arn = topic.arn,
                            .protocol = *protocol,
                            .endpoint = request.endpoint,
                            .name = std::move(*name),
                            .is_confirmed = !is_http(*protocol),
                            .is_outside = is_outside};
  if (auto set = set_attributes(subscription, Giving::WithCreation, request.attributes); !set)
    return std::unexpected(set.error());
  return subscription;
}

Answer<std::string> Topics::subscribe(SubscribeRequest request) {
  const auto topic = find(request.topic_arn);
  if (!topic) return std::unexpected(topic.error());
  auto fresh = new_subscription(**topic, request);
  if (!fresh) return std::unexpected(fresh.error());
  const auto answer = [&request](const Subscription& subscription) {
    return subscription.is_confirmed || request.returns_arn ? subscription.arn : "pending confirmation";
  };
  for (const Held& known : (*topic)->subscriptions) {
    if (known->protocol != fresh->protocol || known->endpoint != fresh->endpoint) continue;
    for (const auto& [name, value] : fresh->said) {
      const auto before = known->said.find(name);
      if (before == known->said.end() || before->second != value)
        return invalid_parameter("Attributes Reason: Subscription already exists with different attributes");
    }
    return answer(*known);
  }
  fresh->arn = (*topic)->arn + ":" + kernel::uuid4(ids_);
  if (!fresh->is_confirmed) {
    fresh->token = new_token(ids_);
    fresh->token_until = ports_.scheduler.now() + config_.token_valid;
  }
  const Held held = std::make_shared<const Subscription>(std::move(*fresh));
  (*topic)->subscriptions.push_back(held);
  if (!held->is_confirmed) ask_to_confirm(**topic, held);
  return answer(*held);
}

void Topics::ask_to_confirm(const Topic& topic, const Held& subscription) {
  Confirmation confirmation{.message_id = kernel::uuid4(ids_),
                            .topic_arn = topic.arn,
                            .token = subscription->token,
                            .message = confirmation_message(topic.arn),
                            .subscribe_url = link(*subscription, "ConfirmSubscription",
                                                  "TopicArn=" + topic.arn + "&Token=" + subscription->token),
                            .timestamp = kernel::iso_millis(ports_.scheduler.wall_now())};
  confirmation.signature = signed_by_us(topic.signature, string_to_sign(confirmation));
  deliveries_.ask_to_confirm(subscription, std::move(confirmation),
                             effective_policy(topic.delivery, subscription->delivery).retry);
}

Topic* Topics::find_subscription(const std::string& arn, std::size_t& index) {
  for (const auto& topic : topics_) {
    const auto found = std::ranges::find(topic->subscriptions, arn, [](const Held& s) { return s->arn; });
    if (found == topic->subscriptions.end()) continue;
    index = static_cast<std::size_t>(found - topic->subscriptions.begin());
    return topic.get();
  }
  return nullptr;
}

Answer<> Topics::unsubscribe(std::string subscription_arn) {
  if (auto checked = check_arn(subscription_arn, "SubscriptionArn"); !checked) return checked;
  std::size_t index = 0;
  Topic* topic = find_subscription(subscription_arn, index);
  if (topic == nullptr) return {};
  topic->subscriptions.erase(topic->subscriptions.begin() + static_cast<std::ptrdiff_t>(index));
  ++topic->deleted;
  return {};
}

Answer<std::string> Topics::confirm_subscription(std::string topic_arn, std::string token) {
  const auto topic = find(topic_arn);
  if (!topic) return std::unexpected(topic.error());
  for (Held& held : (*topic)->subscriptions) {
    if (token.empty() || held->token != token) continue;
    if (held->is_confirmed) return held->arn;
    if (ports_.scheduler.now() >= held->token_until) break;
    Subscription confirmed = *held;
    confirmed.is_confirmed = true;
    ports_.journal.transition({.kind = "subscription",
                               .subject = held->name,
                               .owner = (*topic)->name,
                               .from = "pending",
                               .to = "confirmed",
                               .why = "ConfirmSubscription"});
    held = std::make_shared<const Subscription>(std::move(confirmed));
    return held->arn;
  }
  return invalid_parameter("Token");
}

Answer<Attributes> Topics::subscription_attributes(std::string subscription_arn) {
  if (auto checked = check_arn(subscription_arn, "SubscriptionArn"); !checked)
    return std::unexpected(checked.error());
  std::size_t index = 0;
  const Topic* topic = find_subscription(subscription_arn, index);
  if (topic == nullptr) return not_found("Subscription does not exist");
  return attributes_of(*topic->subscriptions[index], *topic, config_.account);
}

Answer<> Topics::set_subscription_attribute(std::string subscription_arn, std::string name,
                                            std::string value) {
  if (auto checked = check_arn(subscription_arn, "SubscriptionArn"); !checked) return checked;
  std::size_t index = 0;
  Topic* topic = find_subscription(subscription_arn, index);
  if (topic == nullptr) return not_found("Subscription does not exist");
  Subscription changed = *topic->subscriptions[index];
  if (auto set = set_attributes(changed, Giving::ByName, {{std::move(name), std::move(value)}}); !set)
    return set;
  topic->subscriptions[index] = std::make_shared<const Subscription>(std::move(changed));
  return {};
}

}  // namespace emulator::topics
