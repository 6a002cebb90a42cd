#pragma once
// Everything that clients may ask of SNS here, typed: whoever speaks the wire protocol translates to and from
// this. Tags, permissions and the other protocols are not emulated: there is no field for them, and the wire
// side has to refuse them by name.
//
// Source: facts/aws-delivery 2.1.
#include <string>
#include <utility>
#include <vector>

#include "emulator/topics/ports.h"

namespace emulator::topics {

/// Names and values as on the wire, in order.
using Attributes = std::vector<std::pair<std::string, std::string>>;

struct TopicPage {
  std::vector<std::string> topic_arns{};
  std::string next_token{};  ///< "" on the last page; pages hold 100
};

struct SubscribeRequest {
  std::string topic_arn;
  std::string protocol;  ///< lambda, sqs, http, https
  std::string endpoint;  ///< ARN of a function or a queue, or a URL
  Attributes attributes{};
  bool returns_arn = false;  ///< ReturnSubscriptionArn: the ARN also while confirmation is pending
};

struct SubscriptionSummary {
  std::string subscription_arn;  ///< "PendingConfirmation" while that is pending
  std::string owner;
  std::string protocol;
  std::string endpoint;
  std::string topic_arn;
  friend bool operator==(const SubscriptionSummary&, const SubscriptionSummary&) = default;
};

struct SubscriptionPage {
  std::vector<SubscriptionSummary> subscriptions{};
  std::string next_token{};
};

class TopicsApi : public TopicPublisher {
 public:
  /// The ARN. The same name and attributes again give the same topic.
  virtual Answer<std::string> create_topic(std::string name, Attributes attributes) = 0;
  /// Its subscriptions go with it. A topic that is not there is no error.
  virtual Answer<> delete_topic(std::string topic_arn) = 0;
  virtual Answer<TopicPage> list_topics(std::string next_token) = 0;
  virtual Answer<Attributes> topic_attributes(std::string topic_arn) = 0;
  virtual Answer<> set_topic_attribute(std::string topic_arn, std::string name, std::string value) = 0;

  /// The subscription's ARN, or "pending confirmation".
  virtual Answer<std::string> subscribe(SubscribeRequest request) = 0;
  /// A subscription that is not there is no error.
  virtual Answer<> unsubscribe(std::string subscription_arn) = 0;
  /// The ARN of the subscription whose token this is; confirming twice is no error.
  virtual Answer<std::string> confirm_subscription(std::string topic_arn, std::string token) = 0;
  virtual Answer<SubscriptionPage> list_subscriptions(std::string next_token) = 0;
  virtual Answer<SubscriptionPage> list_subscriptions_by_topic(std::string topic_arn,
                                                               std::string next_token) = 0;
  virtual Answer<Attributes> subscription_attributes(std::string subscription_arn) = 0;
  virtual Answer<> set_subscription_attribute(std::string subscription_arn, std::string name,
                                              std::string value) = 0;
};

}  // namespace emulator::topics
