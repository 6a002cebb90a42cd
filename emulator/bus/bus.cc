#include "emulator/bus/bus.h"

#include <array>

#include "middleware/kernel/check.h"
#include "middleware/kernel/ids.h"
#include "middleware/kernel/wait.h"

namespace emulator::bus {
namespace {

using kernel::Outcome;
using kernel::Task;

constexpr std::string_view kRegion = "us-east-1";
constexpr std::string_view kAccount = "123456789012";

const std::string& target_name(const RuleConfig& rule) {
  if (const auto* function = std::get_if<LambdaTarget>(&rule.target)) return function->function;
  if (const auto* topic = std::get_if<TopicTarget>(&rule.target)) return topic->topic;
  return std::get<QueueTarget>(rule.target).queue;
}

struct EventView {
  std::string_view id;
  std::string_view detail_type;
  std::string_view source;
  std::string_view account;
  std::string_view time;
  std::string_view region;
  std::string_view detail;  ///< JSON object, as text
};

/// The envelope's fields that patterns can ask for. `resources` is empty: an empty array has no values.
std::array<patterns::Attribute, 7> attributes_of(const EventView& event) {
  using patterns::Scalar;
  return {{{"detail-type", Scalar::of_text(event.detail_type)},
           {"source", Scalar::of_text(event.source)},
           {"account", Scalar::of_text(event.account)},
           {"region", Scalar::of_text(event.region)},
           {"id", Scalar::of_text(event.id)},
           {"time", Scalar::of_text(event.time)},
           {"version", Scalar::of_text("0")}}};
}

/// facts/aws-delivery 1.1: what every target gets, keys in this order.
std::shared_ptr<const std::string> envelope_of(const EventView& event) {
  std::string text;
  text.reserve(event.detail.size() + 320);
  text.append(R"({"version":"0","id":")").append(event.id).append(R"(","detail-type":)");
  kernel::append_json_quoted(text, event.detail_type);
  text.append(R"(,"source":)");
  kernel::append_json_quoted(text, event.source);
  text.append(R"(,"account":")").append(event.account).append(R"(","time":")").append(event.time);
  text.append(R"(","region":")").append(event.region).append(R"(","resources":[],"detail":)");
  text.append(event.detail).append("}");
  return std::make_shared<const std::string>(std::move(text));
}

Outcome outcome_of(std::string_view error_code, bool is_retryable) {
  if (!is_retryable) return Outcome::Rejected;
  return error_code == "THROTTLING" ? Outcome::Throttled : Outcome::Failed;
}

}  // namespace

Bus::Bus(std::vector<RuleConfig> rules, std::uint64_t seed, kernel::Scheduler& scheduler,
         kernel::Journal& journal, lambda::AsyncInvoker& functions, queues::QueueWriter& queues,
         topics::TopicPublisher* topics)
    : rules_(std::move(rules)),
      seed_(seed),
      scheduler_(scheduler),
      journal_(journal),
      functions_(functions),
      queues_(queues),
      topics_(topics),
      ids_(seed, "eventbridge ids") {
  for (const RuleConfig& rule : rules_) patterns_.add(rule.pattern);
}

Task<std::vector<EntryResult>> Bus::put_partner_events(std::vector<PartnerEntry> entries) {
  CHECK(entries.size() <= 20);
  std::vector<EntryResult> results;
  for (const PartnerEntry& entry : entries) {
    if (name_ != entry.source) name_ = entry.source;
    std::string id = kernel::uuid4(ids_);
    route(entry, id);
    results.push_back({.event_id = std::move(id)});
  }
  co_return results;
}

std::string Bus::rule_arn(const RuleConfig& rule) const {
  return "arn:aws:events:" + std::string(kRegion) + ":" + std::string(kAccount) + ":rule/" + name_ + "/" +
         rule.name;
}

void Bus::route(const PartnerEntry& entry, const std::string& event_id) {
  const std::string time = kernel::iso_seconds(entry.time);
  const EventView event{.id = event_id,
                        .detail_type = entry.detail_type,
                        .source = entry.source,
                        .account = kAccount,
                        .time = time,
                        .region = kRegion,
                        .detail = entry.detail};
  const auto attributes = attributes_of(event);
  const patterns::Event question{.attributes = attributes, .json = entry.detail, .json_path = "detail"};
  std::vector<const RuleConfig*> matched;
  for (const patterns::PatternSet::Id rule : patterns_.matching(question)) matched.push_back(&rules_[rule]);
  if (matched.empty()) {
    kernel::point_hop(
        journal_,
        {.stage = kernel::Stage::Bus, .event = entry.event_uuid, .parent = entry.cause, .from = "bus"},
        {.outcome = Outcome::Filtered, .error = "no rule matched"});
    return journal_.ended(entry.event_uuid, kernel::End::Filtered, "bus: no rule matched");
  }
  if (matched.size() > 1) journal_.branched(entry.event_uuid, static_cast<int>(matched.size()) - 1);
  const auto text = envelope_of(event);
  for (const RuleConfig* rule : matched) {
    deliveries_.spawn(deliver(*rule, {.event_uuid = entry.event_uuid,
                                      .event_id = event_id,
                                      .envelope = text,
                                      .accepted_at = scheduler_.now(),
                                      .cause = entry.cause}));
  }
}

Task<void> Bus::deliver(const RuleConfig& rule, Delivery delivery) {
  for (int attempt = 1;; ++attempt) {
    kernel::HopScope hop(journal_, {.stage = kernel::Stage::Bus,
                                    .event = delivery.event_uuid,
                                    .parent = delivery.cause,
                                    .from = "bus",
                                    .to = target_name(rule),
                                    .operation = rule.name,
                                    .attempt = attempt});
    const TargetAnswer answer = invoke_target(rule, delivery, hop.id());
    const auto bytes = static_cast<std::int64_t>(delivery.envelope->size());
    if (answer.accepted()) {
      hop.close({.status = answer.status, .bytes_sent = bytes});
      // Lambda or a topic has taken it and owns it now; a queue is the end of the way as long as nothing
      // reads it.
      if (std::holds_alternative<QueueTarget>(rule.target) && !answer.carries_on) {
        journal_.ended(delivery.event_uuid, kernel::End::Delivered, "bus: queue " + target_name(rule));
      }
      co_return;
    }
    hop.close({.outcome = outcome_of(answer.error_code, answer.is_retryable),
               .status = answer.status,
               .error = answer.message,
               .bytes_sent = bytes});
    if (!answer.is_retryable) {
      give_up(rule, delivery, answer, attempt, {});
      co_return;
    }
    const double luck = kernel::draw_unit(
        {seed_, rule.name, delivery.event_id, static_cast<std::uint64_t>(attempt), "bus retry jitter"});
    const DeliveryDecision decision =
        after_failure(rule.retry, attempt, scheduler_.now() - delivery.accepted_at, luck);
    if (!decision.wait) {
      give_up(rule, delivery, answer, attempt, decision.exhausted);
      co_return;
    }
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + *decision.wait);
  }
}

Bus::TargetAnswer Bus::invoke_target(const RuleConfig& rule, const Delivery& delivery, kernel::HopId hop) {
  if (is_throttled_) {
    return {.status = 429, .error_code = "THROTTLING", .message = "Rate exceeded", .is_retryable = true};
  }
  if (const auto* function = std::get_if<LambdaTarget>(&rule.target)) {
    lambda::AcceptResult accepted =
        functions_.invoke_async(function->function, {delivery.event_uuid, delivery.envelope, hop});
    if (accepted.status == 202) return {.status = 202};
    if (accepted.status == 404) return {404, "NO_RESOURCE", std::move(accepted.message), false};
    if (accepted.status == 413) return {413, "INVALID_PARAMETER", std::move(accepted.message), false};
    return {accepted.status, accepted.status == 429 ? "THROTTLING" : "ERROR_FROM_TARGET",
            std::move(accepted.message), true};
  }
  if (std::holds_alternative<TopicTarget>(rule.target)) return publish(rule, delivery, hop);
  const queues::SendResult sent = queues_.send(
      target_name(rule),
      {.body = *delivery.envelope, .event_uuid = delivery.event_uuid, .cause = hop, .from = "bus"});
  if (sent.accepted()) return {.status = 200, .carries_on = sent.carries_on};
  const bool is_gone = sent.error.code == "QueueDoesNotExist";
  return {400, is_gone ? "NO_RESOURCE" : "INVALID_PARAMETER", sent.error.message, false};
}

void Bus::give_up(const RuleConfig& rule, const Delivery& delivery, const TargetAnswer& last, int attempts,
                  std::string_view exhausted) {
  const std::string where = "bus: " + std::string(last.error_code);
  if (!rule.dead_letter) {
    return journal_.ended(delivery.event_uuid, kernel::End::Lost, where + ", and no dead-letter queue");
  }
  queues::MessageAttributes attributes = {{"RULE_ARN", rule_arn(rule)},
                                          {"TARGET_ARN", target_arn(rule)},
                                          {"ERROR_CODE", std::string(last.error_code)},
                                          {"ERROR_MESSAGE", last.message},
                                          {"RETRY_ATTEMPTS", std::to_string(attempts - 1)}};
  // ASSUMPTION: absent where no retry was made because none would help.
  if (!exhausted.empty()) attributes.push_back({"EXHAUSTED_RETRY_CONDITION", std::string(exhausted)});
  const queues::SendResult sent = queues_.send(*rule.dead_letter, {.body = *delivery.envelope,
                                                                   .attributes = std::move(attributes),
                                                                   .event_uuid = delivery.event_uuid,
                                                                   .cause = delivery.cause,
                                                                   .from = "bus"});
  if (sent.carries_on) return;  // whoever reads the dead letters ends it
  journal_.ended(delivery.event_uuid, sent.accepted() ? kernel::End::DeadLettered : kernel::End::Lost,
                 sent.accepted() ? where : where + ", and the dead-letter queue refused it");
}

}  // namespace emulator::bus
