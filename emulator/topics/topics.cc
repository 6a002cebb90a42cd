#include "emulator/topics/topics.h"

#include <algorithm>

#include "emulator/topics/errors.h"
#include "middleware/kernel/check.h"

namespace emulator::topics {
namespace {

constexpr std::size_t kPageSize = 100;
constexpr std::size_t kNameMax = 256;
constexpr std::string_view kFifoEnding = ".fifo";

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameMax && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Answer<> check_name(const std::string& name, bool is_fifo) {
  std::string_view stem = name;
  if (!is_fifo) return is_name(stem) ? Answer<>{} : invalid_parameter("Topic Name");
  const bool ends_well = stem.ends_with(kFifoEnding);
  if (ends_well) stem.remove_suffix(kFifoEnding.size());
  if (ends_well && is_name(stem)) return {};
  return refused("InvalidParameter",
                 "Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase "
                 "ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters "
                 "long.");
}

std::string value_of(const Attributes& attributes, std::string_view name) {
  const auto found =
      std::ranges::find(attributes, name, [](const auto& a) { return std::string_view(a.first); });
  return found == attributes.end() ? std::string{} : found->second;
}

/// Position of the ARN that a page begins with; the end for one that is gone.
template <class T, class Name>
std::size_t start_of_page(const std::vector<T>& all, const std::string& token, Name name) {
  if (token.empty()) return 0;
  const auto found = std::ranges::find(all, token, name);
  return static_cast<std::size_t>(found - all.begin());
}

}  // namespace

Topics::Topics(TopicsConfig config, std::uint64_t seed, DeliveryPorts ports, Signer& signer)
    : config_(std::move(config)),
      ports_(ports),
      signer_(signer),
      certificate_path_(topics::certificate_path(signer)),
      ids_(seed, "sns ids"),
      deliveries_(config_.delivery, ports) {}

std::string Topics::topic_arn(std::string_view name) const {
  return "arn:aws:sns:" + config_.region + ":" + config_.account + ":" + std::string(name);
}

std::string Topics::service_url() const { return "https://sns." + config_.region + ".amazonaws.com"; }

Answer<Topic*> Topics::find(const std::string& topic_arn) {
  if (auto checked = check_arn(topic_arn, "TopicArn"); !checked) return std::unexpected(checked.error());
  const auto found = std::ranges::find(topics_, topic_arn, [](const auto& t) { return t->arn; });
  if (found == topics_.end()) return not_found("Topic does not exist");
  return found->get();
}

Answer<std::string> Topics::create_topic(std::string name, Attributes attributes) {
  auto topic = std::make_unique<Topic>();
  // The type first: what else may be said depends on it.
  for (const bool is_type : {true, false}) {
    for (const auto& [key, value] : attributes) {
      if ((key == "FifoTopic") != is_type) continue;
      if (auto set = set_attribute(*topic, Giving::WithCreation, key, value); !set)
        return std::unexpected(set.error());
    }
  }
  if (auto checked = check_name(name, topic->rules.is_fifo); !checked)
    return std::unexpected(checked.error());
  topic->arn = topic_arn(name);
  topic->name = std::move(name);
  if (const auto known = find(topic->arn)) {
    const Attributes before = attributes_of(**known, config_.account);
    const Attributes wanted = attributes_of(*topic, config_.account);
    for (const auto& [key, value] : attributes) {
      if (value_of(before, key) != value_of(wanted, key))
        return invalid_parameter("Attributes Reason: Topic already exists with different attributes");
    }
    return topic->arn;
  }
  topics_.push_back(std::move(topic));
  return topics_.back()->arn;
}

Answer<> Topics::delete_topic(std::string topic_arn) {
  if (auto checked = check_arn(topic_arn, "TopicArn"); !checked) return checked;
  std::erase_if(topics_, [&topic_arn](const auto& t) { return t->arn == topic_arn; });
  return {};
}

Answer<TopicPage> Topics::list_topics(std::string next_token) {
  TopicPage page;
  for (std::size_t i = start_of_page(topics_, next_token, [](const auto& t) { return t->arn; });
       i < topics_.size(); ++i) {
    if (page.topic_arns.size() == kPageSize) {
      page.next_token = topics_[i]->arn;
      break;
    }
    page.topic_arns.push_back(topics_[i]->arn);
  }
  return page;
}

Answer<Attributes> Topics::topic_attributes(std::string topic_arn) {
  const auto topic = find(topic_arn);
  if (!topic) return std::unexpected(topic.error());
  return attributes_of(**topic, config_.account);
}

Answer<> Topics::set_topic_attribute(std::string topic_arn, std::string name, std::string value) {
  const auto topic = find(topic_arn);
  if (!topic) return std::unexpected(topic.error());
  return set_attribute(**topic, Giving::ByName, name, value);
}

SubscriptionPage Topics::page_of(const std::vector<Held>& all, const std::string& token) const {
  SubscriptionPage page;
  for (std::size_t i = start_of_page(all, token, [](const Held& s) { return s->arn; }); i < all.size(); ++i) {
    const Subscription& subscription = *all[i];
    if (page.subscriptions.size() == kPageSize) {
      page.next_token = subscription.arn;
      break;
    }
    page.subscriptions.push_back({subscription.is_confirmed ? subscription.arn : "PendingConfirmation",
                                  config_.account, std::string(to_text(subscription.protocol)),
                                  subscription.endpoint, subscription.topic_arn});
  }
  return page;
}

Answer<SubscriptionPage> Topics::list_subscriptions(std::string next_token) {
  std::vector<Held> all;
  for (const auto& topic : topics_)
    all.insert(all.end(), topic->subscriptions.begin(), topic->subscriptions.end());
  return page_of(all, next_token);
}

Answer<SubscriptionPage> Topics::list_subscriptions_by_topic(std::string topic_arn, std::string next_token) {
  const auto topic = find(topic_arn);
  if (!topic) return std::unexpected(topic.error());
  return page_of((*topic)->subscriptions, next_token);
}

void Topics::duplicate_next(std::string_view name, std::int64_t times) {
  const auto topic = find(topic_arn(name));
  CHECK_THAT(topic, name);
  (*topic)->twice += times;
}

}  // namespace emulator::topics
