// How an asynchronous event ends: what of it goes where, and what becomes of its branch.
// Source: facts/aws-delivery 5.3.
#include "emulator/lambda/ending.h"

#include <algorithm>

#include "emulator/lambda/execution.h"
#include "emulator/lambda/invocation_record.h"
#include "emulator/lambda/lineage.h"
#include "middleware/kernel/json.h"

namespace emulator::lambda {
namespace {

using kernel::End;

/// A larger record does not go to a topic as a whole.
constexpr std::size_t kTopicRecordMax = 262'144;

/// The first 1 KB, whole characters of UTF-8 only.
std::string_view first_kilobyte(std::string_view text) {
  std::size_t size = std::min<std::size_t>(text.size(), 1024);
  while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

/// ASSUMPTION: of a record that is too large for a topic the response is left out, then the event.
std::string text_for(DestinationKind kind, InvocationRecord& record) {
  std::string text = record_text(record);
  if (kind != DestinationKind::Topic) return text;
  for (const std::string** part : {&record.response, &record.payload}) {
    if (text.size() <= kTopicRecordMax) break;
    *part = nullptr;
    text = record_text(record);
  }
  return text;
}

}  // namespace

Parcel Lambda::record_for(const FunctionConfig& config, const Destination& to,
                          InvocationRecord record) const {
  record.time = scheduler_.wall_now();
  record.function = config.name;
  Parcel parcel{.to = to, .body = text_for(to.kind, record)};
  if (to.kind == DestinationKind::Bus) {
    parcel.detail_type = detail_type_of(record);
    parcel.resources = {arn_of(to), function_arn(config.name) + ":$LATEST"};
  }
  return parcel;
}

CarriedEvent Lambda::carried(const FunctionConfig& config, const Pending& pending) const {
  const std::string_view before =
      pending.event.trace_header ? std::string_view(*pending.event.trace_header) : std::string_view{};
  return {.uuid = pending.event.event_uuid,
          .cause = pending.event.cause,
          .trace_header = trace_header_after(before, {config.name, pending.request_id, pending.event.cause})};
}

void Lambda::succeed(const FunctionConfig& config, const Pending& pending, const std::string& response) {
  const std::string& event = pending.event.event_uuid;
  if (!config.on_success) return journal_.ended(event, End::Delivered, "lambda");
  std::vector<Parcel> parcels;
  parcels.push_back(record_for(config, *config.on_success,
                               {.request_id = pending.request_id,
                                .condition = "Success",
                                .invocations = pending.attempts,
                                .payload = pending.event.payload.get(),
                                .response = &response,
                                .has_failed = false}));
  const HandedOver handed = hand_over(outlets_, journal_, carried(config, pending), std::move(parcels), true);
  note_refusals(config, pending, handed);
  // The event was processed, but what was to come of it did not: that is a loss.
  const bool is_lost = !handed.refusals.empty();
  for (int i = 0; i < handed.left; ++i) {
    journal_.ended(event, is_lost ? End::Lost : End::Delivered,
                   is_lost ? "lambda: Success, and nowhere to put its record" : "lambda");
  }
}

Parcel Lambda::dead_letter_for(const FunctionConfig& config, const Pending& pending,
                               const GivenUp& why) const {
  // ASSUMPTION: recorded is 200 for a function's own error; for an event that was throttled to its end, or
  // never ran, the status and text of what refused it.
  const std::string_view message =
      why.refusal ? why.refusal->message : std::string_view(pending.last_error->message);
  Parcel parcel{
      .to = *config.dead_letter, .body = *pending.event.payload, .failure_metric = "DeadLetterErrors"};
  parcel.attributes = {{"RequestID", pending.request_id},
                       {"ErrorCode", std::string(why.refusal ? why.refusal->code : "200"), "Number"}};
  // SQS takes no attribute without a value.
  if (!message.empty()) parcel.attributes.push_back({"ErrorMessage", std::string(first_kilobyte(message))});
  return parcel;
}

void Lambda::give_up(const FunctionConfig& config, const Pending& pending, const GivenUp& why) {
  std::vector<Parcel> parcels;
  if (config.on_failure) {
    const std::string response = pending.last_error ? error_text(*pending.last_error) : "null";
    parcels.push_back(record_for(config, *config.on_failure,
                                 {.request_id = pending.request_id,
                                  .condition = why.condition,
                                  .invocations = pending.attempts,
                                  .payload = pending.event.payload.get(),
                                  .response = &response}));
  }
  if (config.dead_letter) parcels.push_back(dead_letter_for(config, pending, why));
  const HandedOver handed =
      hand_over(outlets_, journal_, carried(config, pending), std::move(parcels), false);
  note_refusals(config, pending, handed);
  // Whoever carries it on decides its end; a branch that is left beside that counts for nothing.
  End end = handed.kept > 0 ? End::DeadLettered : End::Lost;
  if (handed.carried > 0) end = End::Filtered;
  const std::string where =
      "lambda: " + std::string(why.condition) + (end == End::Lost ? ", and nowhere to put the event" : "");
  for (int i = 0; i < handed.left; ++i) journal_.ended(pending.event.event_uuid, end, where);
}

/// The event's chain of requests came back too often. ASSUMPTION: the condition; and that an event which was
/// stopped before goes to queues and buses only, as its other destinations lead back.
void Lambda::stop_loop(const FunctionConfig& config, const Pending& pending) {
  kernel::point_hop(journal_,
                    {.stage = kernel::Stage::Invoke,
                     .event = pending.event.event_uuid,
                     .parent = pending.event.cause,
                     .from = "lambda",
                     .to = config.name,
                     .operation = "Event"},
                    {.outcome = kernel::Outcome::Rejected, .status = 400, .error = kRecursion});
  count("RecursiveInvocationsDropped", config.name);
  const GivenUp why{.condition = kRecursion, .refusal = kLoop};
  if (invocations_in(*pending.event.trace_header, config.name) == account_.recursion_max)
    return give_up(config, pending, why);
  FunctionConfig only_kept = config;
  for (std::optional<Destination>* to : {&only_kept.on_failure, &only_kept.dead_letter}) {
    if (*to && carries_on((*to)->kind)) to->reset();
  }
  give_up(only_kept, pending, why);
}

void Lambda::note_refusals(const FunctionConfig& config, const Pending& pending,
                           const HandedOver& handed) const {
  const std::string source = "lambda " + config.name;
  for (const Undelivered& refusal : handed.refusals) {
    count(refusal.metric, config.name);
    const std::string message = "not delivered to " + refusal.why;
    journal_.log({.level = kernel::LogLevel::Warn,
                  .source = source,
                  .message = message,
                  .event = pending.event.event_uuid});
  }
}

void Lambda::count(std::string_view metric, std::string_view function) const {
  const std::string dimensions = R"({"FunctionName":)" + kernel::json_quoted(function) + "}";
  journal_.metric({.name = metric, .value = 1, .unit = "Count", .dimensions = dimensions});
}

}  // namespace emulator::lambda
