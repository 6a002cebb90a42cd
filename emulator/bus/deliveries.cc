#include "emulator/bus/deliveries.h"

#include "middleware/kernel/random.h"
#include "middleware/kernel/wait.h"

namespace emulator::bus {
namespace {

using kernel::Outcome;
using kernel::Task;

Outcome outcome_of(const TargetAnswer& answer) {
  if (!answer.is_retryable) return Outcome::Rejected;
  return answer.error_code == "THROTTLING" ? Outcome::Throttled : Outcome::Failed;
}

kernel::HopStart hop_of(const BusEvent& event, const Target& target, int attempt) {
  return {.stage = kernel::Stage::Bus,
          .event = event.event_uuid,
          .parent = event.cause,
          .from = "bus",
          .to = target.name(),
          .operation = target.rule_name,
          .attempt = attempt};
}

std::int64_t size_of(const std::string& text) { return static_cast<std::int64_t>(text.size()); }

}  // namespace

kernel::HopId Deliveries::deliver(const BusEventPtr& event, const TargetPtr& target) {
  auto payload = input_of(*target, event);
  if (!payload) return undeliverable(*event, *target, payload.error());
  const Attempt first = attempt(*event, *target, *payload, 1);
  if (first.wait) waiting_.spawn(try_again(event, target, std::move(*payload), *first.wait));
  return first.hop;
}

Task<void> Deliveries::try_again(BusEventPtr event, TargetPtr target, Payload payload,
                                 kernel::Duration wait) {
  std::optional<kernel::Duration> next = wait;
  for (int number = 2; next; ++number) {
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + *next);
    next = attempt(*event, *target, payload, number).wait;
  }
}

Deliveries::Attempt Deliveries::attempt(const BusEvent& event, const Target& target, const Payload& payload,
                                        int number) {
  kernel::HopScope hop(journal_, hop_of(event, target, number));
  const TargetAnswer answer = is_throttled_
                                  ? TargetAnswer{429, "THROTTLING", "Rate exceeded", true}
                                  : invoke_target(outlets_, buses_, target, event, payload, hop.id());
  if (answer.accepted()) {
    hop.close({.status = answer.status, .bytes_sent = size_of(*payload)});
    hand_over(event, target, answer, hop.id());
    return {.hop = hop.id()};
  }
  hop.close({.outcome = outcome_of(answer),
             .status = answer.status,
             .error = answer.message,
             .bytes_sent = size_of(*payload)});
  if (!answer.is_retryable) {
    give_up(event, target, answer, number, {});
    return {.hop = hop.id()};
  }
  const double luck = kernel::draw_unit(
      {seed_, target.draw_name, event.id, static_cast<std::uint64_t>(number), "bus retry jitter"});
  const DeliveryDecision decision =
      after_failure(target.retry, number, scheduler_.now() - event.accepted_at, luck);
  if (!decision.wait) give_up(event, target, answer, number, decision.exhausted);
  return {.hop = hop.id(), .wait = decision.wait};
}

void Deliveries::hand_over(const BusEvent& event, const Target& target, const TargetAnswer& answer,
                           kernel::HopId hop) {
  if (const auto* bus = std::get_if<BusTarget>(&target.destination)) {
    buses_.forward(bus->bus, event, hop);
  } else if (answer.ends_here) {
    journal_.ended(event.event_uuid, kernel::End::Delivered, "bus: queue " + target.name());
  }
}

kernel::HopId Deliveries::undeliverable(const BusEvent& event, const Target& target, const std::string& why) {
  // The service delivers nothing then, says nothing, and keeps nothing in the dead-letter queue either.
  const kernel::HopId hop =
      kernel::point_hop(journal_, hop_of(event, target, 1), {.outcome = Outcome::Rejected, .error = why});
  journal_.ended(event.event_uuid, kernel::End::Lost,
                 "bus: no input for target " + target.spec.id + " of rule " + target.rule_name);
  return hop;
}

void Deliveries::give_up(const BusEvent& event, const Target& target, const TargetAnswer& last, int attempts,
                         std::string_view exhausted) {
  std::string where = "bus: " + std::string(last.error_code);
  if (!exhausted.empty()) where.append(", ").append(exhausted);
  if (target.dead_letter.empty()) {
    return journal_.ended(event.event_uuid, kernel::End::Lost, where + ", and no dead-letter queue");
  }
  queues::MessageAttributes attributes = {{"RULE_ARN", target.rule_arn},
                                          {"TARGET_ARN", target.spec.arn},
                                          {"ERROR_CODE", std::string(last.error_code)},
                                          {"ERROR_MESSAGE", last.message},
                                          {"RETRY_ATTEMPTS", std::to_string(attempts - 1)}};
  // ASSUMPTION: absent where no retry was made because none would help.
  if (!exhausted.empty()) attributes.push_back({"EXHAUSTED_RETRY_CONDITION", std::string(exhausted)});
  const queues::SendResult sent =
      outlets_.queues.send(target.dead_letter, {.body = *event.envelope,
                                                .attributes = std::move(attributes),
                                                .event_uuid = event.event_uuid,
                                                .cause = event.cause,
                                                .from = "bus"});
  if (sent.carries_on) return;  // whoever reads the dead letters ends it
  journal_.ended(event.event_uuid, sent.accepted() ? kernel::End::DeadLettered : kernel::End::Lost,
                 sent.accepted() ? where : where + ", and the dead-letter queue refused it");
}

}  // namespace emulator::bus
