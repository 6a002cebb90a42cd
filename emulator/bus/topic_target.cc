// The part of Bus that hands events to topics: Publish with the envelope as its message.
#include "emulator/bus/bus.h"
#include "middleware/kernel/check.h"

namespace emulator::bus {

std::string target_arn(const RuleConfig& rule) {
  constexpr const char* kOwner = ":us-east-1:123456789012:";
  if (const auto* function = std::get_if<LambdaTarget>(&rule.target))
    return std::string("arn:aws:lambda") + kOwner + "function:" + function->function;
  if (const auto* topic = std::get_if<TopicTarget>(&rule.target))
    return std::string("arn:aws:sns") + kOwner + topic->topic;
  return std::string("arn:aws:sqs") + kOwner + std::get<QueueTarget>(rule.target).queue;
}

// facts/aws-delivery 1.6: throttling and errors of the service are tried again; a topic that is gone, or that
// refuses the message, is not.
Bus::TargetAnswer Bus::publish(const RuleConfig& rule, const Delivery& delivery, kernel::HopId hop) {
  CHECK(topics_ != nullptr);
  auto published =
      topics_->publish({.topic_arn = target_arn(rule),
                        .message = {.message = *delivery.envelope},
                        .cause = {.event_uuid = delivery.event_uuid, .hop = hop, .from = "bus"}});
  if (published) return {.status = 200};
  topics::ApiError& error = published.error();
  if (error.code == "Throttled" || error.code == "ThrottlingException")
    return {error.status, "THROTTLING", std::move(error.message), true};
  if (error.status >= 500) return {error.status, "ERROR_FROM_TARGET", std::move(error.message), true};
  return {error.status, error.code == "NotFound" ? "NO_RESOURCE" : "INVALID_PARAMETER",
          std::move(error.message), false};
}

}  // namespace emulator::bus
