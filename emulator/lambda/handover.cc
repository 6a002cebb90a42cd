#include "emulator/lambda/handover.h"

namespace emulator::lambda {
namespace {

struct Answer {
  bool is_accepted = true;
  bool carries_on = false;
  std::string refusal{};
};

Answer refused(std::string why) { return {.is_accepted = false, .refusal = std::move(why)}; }

Answer to_queue(const Outlets& outlets, const CarriedEvent& event, Parcel& parcel) {
  const queues::SendResult sent =
      outlets.queues.send(parcel.to.name, {.body = std::move(parcel.body),
                                           .attributes = std::move(parcel.attributes),
                                           .event_uuid = std::string(event.uuid),
                                           .cause = event.cause,
                                           .from = "lambda",
                                           .trace_header = event.trace_header});
  if (!sent.accepted()) return refused(sent.error.message);
  return {.carries_on = sent.carries_on};
}

Answer to_topic(const Outlets& outlets, const CarriedEvent& event, Parcel& parcel) {
  if (outlets.topics == nullptr) return refused("there are no topics");
  topics::PublishRequest request{
      .topic_arn = arn_of(parcel.to),
      .message = {.message = std::move(parcel.body), .trace_header = event.trace_header},
      .cause = {.event_uuid = std::string(event.uuid), .hop = event.cause, .from = "lambda"}};
  for (queues::MessageAttribute& attribute : parcel.attributes) {
    request.message.attributes.push_back({.name = std::move(attribute.name),
                                          .data_type = std::move(attribute.type),
                                          .value = std::move(attribute.value)});
  }
  const auto published = outlets.topics->publish(std::move(request));
  if (!published) return refused(published.error().message);
  return {.carries_on = true};
}

Answer to_function(const Outlets& outlets, const CarriedEvent& event, Parcel& parcel) {
  AsyncEvent next{.event_uuid = std::string(event.uuid),
                  .payload = std::make_shared<const std::string>(std::move(parcel.body)),
                  .cause = event.cause};
  if (!event.trace_header.empty())
    next.trace_header = std::make_shared<const std::string>(event.trace_header);
  AcceptResult accepted = outlets.functions.invoke_async(parcel.to.name, std::move(next));
  if (accepted.status != 202) return refused(std::move(accepted.message));
  return {.carries_on = true};
}

/// ASSUMPTION: the trace goes no further, so that a loop through a bus is not seen (facts name queues, topics
/// and buckets).
Answer to_bus(const Outlets& outlets, const CarriedEvent& event, Parcel& parcel) {
  if (outlets.bus == nullptr) return refused("there are no buses");
  bus::PutEventsRequest request{.entries = {}, .caller = "lambda", .cause = event.cause};
  request.entries.push_back({.source = "lambda",
                             .detail_type = std::string(parcel.detail_type),
                             .detail = std::move(parcel.body),
                             .resources = std::move(parcel.resources),
                             .event_bus = parcel.to.name});
  const auto put = outlets.bus->put_events(std::move(request));
  if (!put) return refused(put.error().message);
  const bus::EntryResult& entry = put->front();
  return entry.accepted() ? Answer{} : refused(entry.error_message);
}

Answer send(const Outlets& outlets, const CarriedEvent& event, Parcel& parcel) {
  switch (parcel.to.kind) {
    case DestinationKind::Queue:
      return to_queue(outlets, event, parcel);
    case DestinationKind::Topic:
      return to_topic(outlets, event, parcel);
    case DestinationKind::Bus:
      return to_bus(outlets, event, parcel);
    case DestinationKind::Function:
      return to_function(outlets, event, parcel);
  }
  return {};
}

/// It may end its branch before it answers.
bool is_prompt(const Parcel& parcel) { return carries_on(parcel.to.kind); }

}  // namespace

HandedOver hand_over(const Outlets& outlets, kernel::Journal& journal, const CarriedEvent& event,
                     std::vector<Parcel> parcels, bool keeps_own) {
  HandedOver result;
  const auto send_one = [&](Parcel& parcel) {
    const Answer answer = send(outlets, event, parcel);
    if (answer.is_accepted) {
      ++(answer.carries_on ? result.carried : result.kept);
    } else {
      result.refusals.push_back({parcel.failure_metric, text_of(parcel.to) + ": " + answer.refusal});
    }
    return answer.carries_on;
  };
  // Those that end nothing before they answer go first: then it is known how many branches there must be.
  int prompt = 0;
  for (Parcel& parcel : parcels) {
    if (is_prompt(parcel)) {
      ++prompt;
    } else {
      send_one(parcel);
    }
  }
  const int owned = keeps_own ? 1 : 0;
  const int needed = owned + result.carried + prompt;
  if (needed > 1) journal.branched(event.uuid, needed - 1);
  result.left = needed == 0 ? 1 : owned;
  for (Parcel& parcel : parcels) {
    if (is_prompt(parcel)) result.left += send_one(parcel) ? 0 : 1;
  }
  return result;
}

}  // namespace emulator::lambda
