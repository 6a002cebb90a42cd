#pragma once
// SNS: topics that hand what is published to them to every subscription that wants it.
//
// Source: facts/aws-delivery 2.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/arn/arn.h"
#include "emulator/topics/delivery.h"
#include "emulator/topics/signer.h"
#include "emulator/topics/topic.h"
#include "emulator/topics/topics_api.h"
#include "middleware/kernel/random.h"

namespace emulator::topics {

struct TopicsConfig {
  std::string region{kRegion};
  std::string account{kAccount};
  /// Base of SubscribeURL and UnsubscribeURL for those who cannot reach https://sns.<region>.amazonaws.com of
  /// the rig, which are all but websites within it. "": nobody is outside.
  /// SigningCertURL always lies there, or validators would refuse it.
  std::string link_base{};
  /// Asked before a website becomes a subscriber, with its host as requests name it, and its base URL: does
  /// it lie outside the rig? An error refuses it.
  std::function<kernel::Result<bool>(const std::string& host, const std::string& base_url)> reach{};
  kernel::Duration token_valid = std::chrono::hours{48};  ///< ASSUMPTION
  DeliverySettings delivery{};
};

class Topics final : public TopicsApi {
 public:
  /// What `ports` refers to, and `signer`, outlive the box.
  Topics(TopicsConfig config, std::uint64_t seed, DeliveryPorts ports, Signer& signer);

  Answer<PublishResult> publish(PublishRequest request) override;
  Answer<BatchResult> publish_batch(BatchRequest request) override;

  Answer<std::string> create_topic(std::string name, Attributes attributes) override;
  Answer<> delete_topic(std::string topic_arn) override;
  Answer<TopicPage> list_topics(std::string next_token) override;
  Answer<Attributes> topic_attributes(std::string topic_arn) override;
  Answer<> set_topic_attribute(std::string topic_arn, std::string name, std::string value) override;

  Answer<std::string> subscribe(SubscribeRequest request) override;
  Answer<> unsubscribe(std::string subscription_arn) override;
  Answer<std::string> confirm_subscription(std::string topic_arn, std::string token) override;
  Answer<SubscriptionPage> list_subscriptions(std::string next_token) override;
  Answer<SubscriptionPage> list_subscriptions_by_topic(std::string topic_arn,
                                                       std::string next_token) override;
  Answer<Attributes> subscription_attributes(std::string subscription_arn) override;
  Answer<> set_subscription_attribute(std::string subscription_arn, std::string name,
                                      std::string value) override;

  /// The next `times` messages of the topic (by name) reach every subscription twice: SNS delivers at least
  /// once.
  void duplicate_next(std::string_view topic, std::int64_t times);

  std::string topic_arn(std::string_view name) const;
  /// "https://sns.us-east-1.amazonaws.com"
  std::string service_url() const;
  /// From here on; when it is known only late where links.h answers.
  void set_link_base(std::string base) { config_.link_base = std::move(base); }
  std::string_view certificate_pem() const { return signer_.certificate_pem(); }
  const std::string& certificate_path() const { return certificate_path_; }

  /// Deliveries and confirmations under way.
  std::size_t pending() const { return deliveries_.running(); }

 private:
  struct Accepted;
  using Held = std::shared_ptr<const Subscription>;

  Answer<Topic*> find(const std::string& topic_arn);
  /// The topic that holds it and its place there; null when there is none.
  Topic* find_subscription(const std::string& arn, std::size_t& index);
  Answer<Subscription> new_subscription(Topic& topic, const SubscribeRequest& request);
  void ask_to_confirm(const Topic& topic, const Held& subscription);
  SubscriptionPage page_of(const std::vector<Held>& all, const std::string& token) const;
  std::string link(const Subscription& subscription, std::string_view action,
                   std::string_view parameters) const;

  PublishResult accept(Topic& topic, Message message, const RecordedCause& cause);
  void fan_out(Topic& topic, const Accepted& accepted);
  std::vector<Held> wanting(const Topic& topic, const Accepted& accepted);
  std::shared_ptr<const Notification> notification_for(const Topic& topic, const Accepted& accepted,
                                                       Protocol protocol);
  std::optional<Signature> signed_by_us(SignatureVersion version, const std::string& text);
  void refuse(const Topic* topic, const std::string& name, const RecordedCause& cause, const ApiError& why);

  TopicsConfig config_;
  DeliveryPorts ports_;
  Signer& signer_;
  std::string certificate_path_;
  kernel::Random ids_;
  std::vector<std::unique_ptr<Topic>> topics_;
  Deliveries deliveries_;
};

}  // namespace emulator::topics
