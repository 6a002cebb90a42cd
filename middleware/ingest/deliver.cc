#include "middleware/ingest/deliver.h"

#include "middleware/core/deadline.h"
#include "middleware/ingest/enrich.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/outcome.h"
#include "middleware/kernel/wait.h"

namespace ingest {
namespace {

APART FunctionResult to_result(kernel::Task<kernel::HttpResult>& sent, const std::string& event) {
  const kernel::HttpResult answer = sent.take();
  if (!answer) return std::unexpected(unreachable(answer.error()));
  if (auto error = error_of(answer->status, answer->body)) return std::unexpected(std::move(*error));
  return R"({"status":)" + std::to_string(answer->status) + R"(,"eventId":")" + event + R"("})";
}

kernel::Task<FunctionResult> finish(kernel::Task<kernel::HttpResult> sending, std::string event) {
  co_await sending.ended();
  co_return [&] { return to_result(sending, event); };
}

void warn_of_missing(const Surroundings& around, const Handover& handover, const Reference& reference,
                     const std::string& why) {
  if (around.log == nullptr) return;
  around.log->log({.level = kernel::LogLevel::Warn,
                   .source = "ingest",
                   .message = "ReferenceMissing",
                   .event = handover.envelope.event_uuid,
                   .fields = R"({"reference":)" + kernel::json_quoted(reference.name) + R"(,"why":)" +
                             kernel::json_quoted(why) + "}"});
}

/// Adds what was found, or null; an error when there is nothing and the reference is needed.
APART std::optional<FunctionError> add_reference(const Surroundings& around, Handover& handover,
                                                 std::size_t nth,
                                                 const kernel::Result<std::string>& parameter) {
  const auto& [reference, entry] = handover.wanted[nth];
  std::optional<std::string> found;
  if (parameter) found = referenced(*parameter, reference->by.empty(), entry);
  if (!found) {
    const std::string why = !parameter ? parameter.error().text()
                                       : reference->parameter + " is no JSON or has no entry for this event";
    if (reference->is_needed)
      return FunctionError{"ReferenceUnavailable", "'" + reference->name + "': " + why};
    warn_of_missing(around, handover, *reference, why);
    found = "null";
  }
  if (!handover.added.empty()) handover.added += ',';
  kernel::append_json_quoted(handover.added, reference->name);
  handover.added += ':' + *found;
  return std::nullopt;
}

kernel::Task<FunctionResult> refer_and_send(const Surroundings& around, Handover handover,
                                            kernel::Timestamp deadline) {
  auto referring = refer(around, std::move(handover), deadline);
  auto referred = co_await std::move(referring);
  if (!referred) co_return std::unexpected(std::move(referred.error()));
  auto sending = send(around, std::move(*referred), deadline);
  co_return co_await std::move(sending);
}

kernel::Task<kernel::HttpResult> post_outside(const Surroundings& around, const Destination& destination,
                                              kernel::HttpRequest request, std::string event,
                                              kernel::HopId parent, kernel::Timestamp deadline) {
  const std::string operation = request.method + " " + request.target;
  kernel::HopScope hop(*around.log, {.stage = kernel::Stage::Api,
                                     .event = event,
                                     .parent = parent,
                                     .from = "ingest",
                                     .to = destination.name,
                                     .operation = operation,
                                     .deadline = deadline});
  if (!event.empty()) request.headers.set("traceparent", kernel::traceparent(event, hop.id()));
  auto sending = around.client.send(std::move(request), deadline);
  const kernel::HttpResult answer = co_await std::move(sending);
  if (answer) {
    hop.close({.outcome = kernel::outcome_of(answer->status), .status = answer->status});
  } else {
    hop.close({.outcome = kernel::outcome_of(answer.error()), .error = to_text(answer.error())});
  }
  co_return answer;
}

}  // namespace

FunctionResult drop(const Surroundings& around, const Handover& handover) {
  const Route& route = *handover.dropped_by;
  const std::string& event = handover.envelope.event_uuid;
  if (around.log != nullptr) {
    kernel::point_hop(*around.log,
                      {.stage = kernel::Stage::Step,
                       .event = event,
                       .parent = handover.hop,
                       .from = "ingest",
                       .to = "drop",
                       .operation = route.name},
                      {.outcome = kernel::Outcome::Filtered, .error = route.drop_reason});
    around.log->metric({.name = "EventsDropped",
                        .value = 1,
                        .unit = "Count",
                        .dimensions = R"({"route":)" + kernel::json_quoted(route.name) + "}"});
  }
  return R"({"status":"dropped","route":)" + kernel::json_quoted(route.name) + R"(,"eventId":")" + event +
         R"("})";
}

kernel::Task<std::expected<Handover, FunctionError>> refer(const Surroundings& around, Handover handover,
                                                           kernel::Timestamp deadline) {
  for (std::size_t i = 0; i < handover.wanted.size(); ++i) {
    kernel::Result<std::string> parameter = kernel::invalid("there is no source of parameters here");
    if (around.references != nullptr) {
      auto getting = around.references->get(handover.wanted[i].reference->parameter);
      auto got = co_await kernel::with_deadline(around.scheduler, deadline, std::move(getting));
      parameter = got ? std::move(*got)
                      : kernel::invalid(handover.wanted[i].reference->parameter + " did not come in time");
    }
    if (auto error = add_reference(around, handover, i, parameter)) co_return std::unexpected(*error);
  }
  handover.wanted.clear();
  co_return std::move(handover);
}

kernel::Task<kernel::HttpResult> post(const Surroundings& around, const Destination& destination,
                                      kernel::HttpRequest request, std::string event, kernel::HopId parent,
                                      kernel::Timestamp deadline) {
  request.headers.add(std::string(core::kDeadlineHeader),
                      core::deadline_header(around.scheduler.now(), deadline));
  if (destination.url.empty() || around.log == nullptr)
    return around.client.send(std::move(request), deadline);
  return post_outside(around, destination, std::move(request), std::move(event), parent, deadline);
}

// No coroutine: while the middleware works, the function holds nothing of the event but its id.
kernel::Task<FunctionResult> send(const Surroundings& around, Handover handover, kernel::Timestamp deadline) {
  std::string event = handover.envelope.event_uuid;
  const kernel::HopId hop = handover.hop;
  const Destination& destination = around.config.destinations[handover.destination];
  kernel::HttpRequest request = to_request(std::move(handover), destination, around.config.enriched_under);
  auto posting = post(around, destination, std::move(request), event, hop, deadline);
  return finish(std::move(posting), std::move(event));
}

kernel::Task<FunctionResult> deliver(const Surroundings& around, Handover handover,
                                     kernel::Timestamp deadline) {
  if (handover.wanted.empty()) return send(around, std::move(handover), deadline);
  return refer_and_send(around, std::move(handover), deadline);
}

}  // namespace ingest
