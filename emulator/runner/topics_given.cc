#include "emulator/runner/topics_given.h"

#include "emulator/arn/arn.h"
#include "emulator/queues/ports.h"

namespace emulator::runner {
namespace {

std::string endpoint_of(const SubscriptionGiven& given, const std::string& middleware) {
  if (given.protocol == "lambda") return make_arn("lambda", "function:" + given.name);
  if (given.protocol == "sqs") return queues::queue_arn(given.name);
  return "https://" + place_of(given, middleware);
}

std::string place_text(const config::Place& place) { return place.file + ":" + std::to_string(place.line); }

}  // namespace

std::string place_of(const SubscriptionGiven& given, const std::string& middleware) {
  return given.protocol == "https" ? middleware + given.name : given.name;
}

kernel::Result<> create_topics(const std::vector<TopicGiven>& given, const std::string& middleware,
                               topics::TopicsApi& topics) {
  for (const TopicGiven& topic : given) {
    const auto arn = topics.create_topic(topic.name, topic.attributes);
    if (!arn) return kernel::invalid("topic '" + topic.name + "': " + arn.error().message);
    for (const SubscriptionGiven& subscription : topic.subscriptions) {
      const auto made = topics.subscribe({.topic_arn = *arn,
                                          .protocol = subscription.protocol,
                                          .endpoint = endpoint_of(subscription, middleware),
                                          .attributes = subscription.attributes});
      if (!made) return kernel::invalid(made.error().message, place_text(subscription.place));
    }
  }
  return {};
}

}  // namespace emulator::runner
