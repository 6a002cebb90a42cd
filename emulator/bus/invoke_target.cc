#include "emulator/bus/invoke_target.h"

#include "middleware/kernel/check.h"
#include "middleware/kernel/json.h"

namespace emulator::bus {
namespace {

struct Call {
  const Outlets& outlets;
  const BusInlet& buses;
  const Target& target;
  const BusEvent& event;
  const std::shared_ptr<const std::string>& payload;
  kernel::HopId hop;

  TargetAnswer operator()(const LambdaTarget& to) const {
    // The text of a template need not be JSON, but a function takes nothing else. ASSUMPTION: the code.
    if (payload != event.envelope && !kernel::is_json(*payload)) {
      return {400, "INVALID_JSON", "Could not parse request body into json.", false};
    }
    lambda::AcceptResult answer =
        outlets.functions.invoke_async(to.function, {event.event_uuid, payload, hop});
    switch (answer.status) {
      case 202:
        return {.status = 202};
      case 404:
        return {404, "NO_RESOURCE", std::move(answer.message), false};
      case 400:
      case 413:
        return {answer.status, "INVALID_PARAMETER", std::move(answer.message), false};
      case 429:
        return {429, "THROTTLING", std::move(answer.message), true};
      default:
        return {answer.status, "ERROR_FROM_TARGET", std::move(answer.message), true};
    }
  }

  TargetAnswer operator()(const QueueTarget& to) const {
    const queues::SendResult sent = outlets.queues.send(to.queue, {.body = *payload,
                                                                   .event_uuid = event.event_uuid,
                                                                   .cause = hop,
                                                                   .from = "bus",
                                                                   .group_id = target.spec.message_group_id,
                                                                   .trace_header = event.trace_header});
    if (sent.accepted()) return {.status = 200, .ends_here = !sent.carries_on};
    const bool is_gone = sent.error.code == "QueueDoesNotExist";
    return {400, is_gone ? "NO_RESOURCE" : "INVALID_PARAMETER", sent.error.message, false};
  }

  TargetAnswer operator()(const TopicTarget& to) const {
    if (outlets.topics == nullptr) return {404, "NO_RESOURCE", "Topic does not exist", false};
    auto published =
        outlets.topics->publish({.topic_arn = topic_arn(to.topic),
                                 .message = {.message = *payload, .trace_header = event.trace_header},
                                 .cause = {.event_uuid = event.event_uuid, .hop = hop, .from = "bus"}});
    if (published) return {.status = 200};  // the topic owns the branch
    topics::ApiError& error = published.error();
    if (error.code == "Throttled" || error.code == "ThrottlingException")
      return {error.status, "THROTTLING", std::move(error.message), true};
    if (error.status >= 500) return {error.status, "ERROR_FROM_TARGET", std::move(error.message), true};
    return {error.status, error.code == "NotFound" ? "NO_RESOURCE" : "INVALID_PARAMETER",
            std::move(error.message), false};
  }

  TargetAnswer operator()(const BusTarget& to) const {
    // ASSUMPTION: one account and region, yet a second hop is refused with the service's code for accounts.
    if (event.is_forwarded) {
      return {400, "THIRD_ACCOUNT_HOP_DETECTED", "The event came from another event bus.", false};
    }
    if (!buses.has_bus(to.bus)) {
      return {400, "NO_RESOURCE", "Event bus " + to.bus + " does not exist.", false};
    }
    return {.status = 200};
  }

  TargetAnswer operator()(const ArchiveTarget&) const {
    CHECK_THAT(false, "archives are no deliveries");
    return {};
  }
};

}  // namespace

TargetAnswer invoke_target(const Outlets& outlets, const BusInlet& buses, const Target& target,
                           const BusEvent& event, const std::shared_ptr<const std::string>& payload,
                           kernel::HopId hop) {
  return std::visit(Call{outlets, buses, target, event, payload, hop}, target.destination);
}

}  // namespace emulator::bus
