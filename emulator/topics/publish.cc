// The part of Topics that takes messages and hands them to the subscriptions that want them.
#include <array>
#include <nlohmann/json.hpp>

#include "emulator/topics/topics.h"
#include "middleware/kernel/ids.h"

namespace emulator::topics {
namespace {

using kernel::Outcome;
using kernel::Stage;

}  // namespace

/// A message that the topic took, before it is anybody's notification.
struct Topics::Accepted {
  Message message;
  RecordedCause cause;
  kernel::HopId hop = 0;
  PublishResult result;
  std::string timestamp;
  std::optional<kernel::Json> structure{};
};

void Topics::refuse(const Topic* topic, const std::string& name, const RecordedCause& cause,
                    const ApiError& why) {
  kernel::point_hop(ports_.journal,
                    {.stage = Stage::Topic,
                     .event = cause.event_uuid,
                     .parent = cause.hop,
                     .from = cause.from,
                     .to = topic != nullptr ? topic->name : name,
                     .operation = "Publish"},
                    {.outcome = Outcome::Rejected, .status = why.status, .error = why.message});
}

Answer<PublishResult> Topics::publish(PublishRequest request) {
  const auto topic = find(request.topic_arn);
  Answer<> checked;
  if (!topic) {
    checked = std::unexpected(topic.error());
  } else {
    checked = check_message(request.message, (*topic)->rules);
  }
  if (!checked) {
    refuse(topic ? *topic : nullptr, topic_name(request.topic_arn), request.cause, checked.error());
    return std::unexpected(checked.error());
  }
  return accept(**topic, std::move(request.message), request.cause);
}

Answer<BatchResult> Topics::publish_batch(BatchRequest request) {
  const auto topic = find(request.topic_arn);
  Answer<> checked;
  if (!topic) {
    checked = std::unexpected(topic.error());
  } else {
    checked = check_batch(request.entries, (*topic)->rules);
  }
  if (!checked) {
    for (const BatchEntry& entry : request.entries)
      refuse(topic ? *topic : nullptr, topic_name(request.topic_arn), entry.cause, checked.error());
    return std::unexpected(checked.error());
  }
  BatchResult result;
  for (BatchEntry& entry : request.entries) {
    result.successful.emplace_back(std::move(entry.id),
                                   accept(**topic, std::move(entry.message), entry.cause));
  }
  return result;
}

PublishResult Topics::accept(Topic& topic, Message message, const RecordedCause& cause) {
  const auto note = [&](Outcome outcome, std::string_view error) {
    return kernel::point_hop(
        ports_.journal,
        {.stage = Stage::Topic,
         .event = cause.event_uuid,
         .parent = cause.hop,
         .from = cause.from,
         .to = topic.name,
         .operation = "Publish"},
        {.outcome = outcome, .status = 200, .error = error, .bytes_sent = size_of(message)});
  };
  PublishResult result;
  if (topic.rules.is_fifo) {
    message.deduplication_id = deduplication_id_of(message);
    if (auto first = topic.known.find(message.deduplication_id, ports_.scheduler.now())) {
      constexpr std::string_view kWhy = "the topic had this deduplication id within five minutes";
      note(Outcome::Duplicate, kWhy);
      if (!cause.event_uuid.empty()) {
        ports_.journal.ended(cause.event_uuid, kernel::End::Filtered,
                             "topic " + topic.name + ": " + std::string(kWhy));
      }
      return std::move(*first);
    }
    result.sequence_number = topic.sequence.next();
  }
  result.message_id = kernel::uuid4(ids_);
  if (topic.rules.is_fifo) topic.known.add(message.deduplication_id, result, ports_.scheduler.now());
  Accepted accepted{.message = {},
                    .cause = cause,
                    .hop = note(Outcome::Ok, {}),
                    .result = result,
                    .timestamp = kernel::iso_millis(ports_.scheduler.wall_now())};
  if (message.structure == "json") accepted.structure = *kernel::parse_json(message.message);
  accepted.message = std::move(message);
  fan_out(topic, accepted);
  return result;
}

/// Confirmed subscriptions whose filter accepts the message; the others get a hop that says why not.
std::vector<Topics::Held> Topics::wanting(const Topic& topic, const Accepted& accepted) {
  std::vector<Held> all;
  const kernel::Json* structure = accepted.structure ? &*accepted.structure : nullptr;
  for (const Held& subscription : topic.subscriptions) {
    std::string_view why;
    if (!subscription->is_confirmed) {
      why = "the subscription is not confirmed";
    } else if (subscription->filter &&
               !subscription->filter->accepts(
                   text_for(accepted.message, structure, std::string(to_text(subscription->protocol))),
                   accepted.message.attributes)) {
      why = "the filter policy does not match";
    }
    if (why.empty()) {
      all.push_back(subscription);
      continue;
    }
    kernel::point_hop(ports_.journal,
                      {.stage = Stage::Topic,
                       .event = accepted.cause.event_uuid,
                       .parent = accepted.hop,
                       .from = topic.name,
                       .to = place_of(*subscription),
                       .operation = "Filter"},
                      {.outcome = Outcome::Filtered, .error = why});
  }
  return all;
}

std::optional<Signature> Topics::signed_by_us(SignatureVersion version, const std::string& text) {
  return Signature{version, signer_.sign(text, version), service_url() + certificate_path_};
}

std::shared_ptr<const Notification> Topics::notification_for(const Topic& topic, const Accepted& accepted,
                                                             Protocol protocol) {
  const kernel::Json* structure = accepted.structure ? &*accepted.structure : nullptr;
  auto notification = std::make_shared<Notification>(
      Notification{.message_id = accepted.result.message_id,
                   .topic_arn = topic.arn,
                   .sequence_number = accepted.result.sequence_number,
                   .subject = accepted.message.subject,
                   .message = text_for(accepted.message, structure, std::string(to_text(protocol))),
                   .timestamp = accepted.timestamp,
                   .attributes = accepted.message.attributes});
  if (!topic.rules.is_fifo)
    notification->signature = signed_by_us(topic.signature, string_to_sign(*notification));
  return notification;
}

void Topics::fan_out(Topic& topic, const Accepted& accepted) {
  const std::string& event = accepted.cause.event_uuid;
  const std::vector<Held> subscriptions = wanting(topic, accepted);
  if (subscriptions.empty()) {
    if (event.empty()) return;
    return ports_.journal.ended(
        event, kernel::End::Filtered,
        "topic " + topic.name +
            (topic.subscriptions.empty() ? ": no subscription" : ": no subscription wanted it"));
  }
  const int times = topic.twice > 0 ? 2 : 1;
  topic.twice -= times - 1;
  const int branches = static_cast<int>(subscriptions.size()) * times;
  if (!event.empty() && branches > 1) ports_.journal.branched(event, branches - 1);
  // One text for all but those whose protocol has one of its own.
  std::array<std::shared_ptr<const Notification>, 4> notifications;
  for (int i = 0; i < times; ++i) {
    for (const Held& subscription : subscriptions) {
      const std::size_t slot =
          accepted.structure ? static_cast<std::size_t>(subscription->protocol) : std::size_t{0};
      if (!notifications[slot])
        notifications[slot] = notification_for(topic, accepted, subscription->protocol);
      deliveries_.start(
          {.notification = notifications[slot],
           .subscription = subscription,
           .topic = topic.name,
           .unsubscribe_url = link(*subscription, "Unsubscribe", "SubscriptionArn=" + subscription->arn),
           .policy = effective_policy(topic.delivery, subscription->delivery),
           .event_uuid = event,
           .cause = accepted.hop,
           .trace_header = accepted.message.trace_header,
           .group_id = accepted.message.group_id,
           .deduplication_id = accepted.message.deduplication_id,
           .keeps_order = topic.rules.is_fifo});
    }
  }
}

}  // namespace emulator::topics
