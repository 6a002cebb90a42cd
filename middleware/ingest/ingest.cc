#include "middleware/ingest/ingest.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/core/deadline.h"
#include "middleware/ingest/batch.h"
#include "middleware/ingest/unwrap.h"
#include "middleware/ingest/validate.h"
#include "middleware/kernel/json.h"

namespace ingest {
namespace {

struct Handover {
  Envelope envelope;
  const EventType* type = nullptr;
  std::string payload;
};

/// `event` is what `text` says.
std::expected<Handover, FunctionError> read_event(std::string_view text, const kernel::Json& event,
                                                  const std::vector<EventType>& types) {
  auto envelope = read_envelope(event);
  if (!envelope) return std::unexpected(envelope.error());
  const auto type = std::ranges::find(types, envelope->detail_type, &EventType::name);
  if (type == types.end()) {
    return std::unexpected(
        FunctionError{"RoutingError", "no route for events of type " + envelope->detail_type});
  }
  const kernel::Json& payload = payload_of(event);
  if (auto valid = validate(payload, *type); !valid) return std::unexpected(valid.error());
  return Handover{std::move(*envelope), &*type, std::string(*kernel::json_slice(text, "/detail/payload"))};
}

/// The parsed event lives here only: while the middleware works, the function holds no tree.
std::expected<Handover, FunctionError> read(std::string_view text, const std::vector<EventType>& types) {
  const auto event = kernel::parse_json(text);
  if (!event) return std::unexpected(FunctionError{"ValidationError", event.error().message});
  const auto message = sns_message(*event);
  if (!message) return std::unexpected(message.error());
  if (!*message) return read_event(text, *event, types);
  const auto inside = kernel::parse_json(**message);
  if (!inside)
    return std::unexpected(FunctionError{"ValidationError", "the SNS message: " + inside.error().message});
  return read_event(**message, *inside, types);
}

kernel::HttpRequest to_request(Handover handover, const std::string& host) {
  kernel::HttpRequest request{.method = "POST", .host = host, .target = handover.type->path};
  request.headers.add("Content-Type", "application/json");
  request.headers.add("ce-specversion", "1.0");
  request.headers.add("ce-id", std::move(handover.envelope.event_uuid));
  request.headers.add("ce-type", std::move(handover.envelope.detail_type));
  request.headers.add("ce-source", std::move(handover.envelope.source));
  if (!handover.envelope.time.empty()) request.headers.add("ce-time", std::move(handover.envelope.time));
  request.body = std::move(handover.payload);
  return request;
}

APART FunctionResult to_result(kernel::Task<kernel::HttpResult>& sent, const std::string& event) {
  const kernel::HttpResult answer = sent.take();
  if (!answer) {
    return std::unexpected(FunctionError{
        "MiddlewareUnreachable", "the middleware did not answer: " + std::string(to_text(answer.error()))});
  }
  if (answer->status >= 300) {
    std::string message = "the middleware answered " + std::to_string(answer->status);
    if (!answer->body.empty()) message += ": " + beginning(answer->body, 300);
    // 409: it works on this event right now; like 429 and 5xx that is over later.
    const bool is_busy = answer->status == 409 || answer->status == 429 || answer->status >= 500;
    return std::unexpected(
        FunctionError{is_busy ? "MiddlewareBusy" : "MiddlewareRefused", std::move(message)});
  }
  return R"({"status":)" + std::to_string(answer->status) + R"(,"eventId":")" + event + R"("})";
}

kernel::Task<FunctionResult> failed(FunctionError error) { co_return std::unexpected(std::move(error)); }

kernel::Task<FunctionResult> finish(kernel::Task<kernel::HttpResult> sending, std::string event) {
  co_await sending.ended();
  co_return [&] { return to_result(sending, event); };
}

}  // namespace

std::expected<Ingest::Prepared, FunctionError> Ingest::prepare(const Invocation& invocation) const {
  auto handover = read(invocation.payload, config_.types);
  if (!handover) return std::unexpected(handover.error());
  Prepared prepared{.event = handover->envelope.event_uuid,
                    .deadline = invocation.deadline - config_.answer_margin};
  const auto created = kernel::parse_wall_time(handover->envelope.created);
  prepared.request = to_request(std::move(*handover), config_.middleware);
  kernel::Headers& headers = prepared.request.headers;
  headers.add("traceparent", kernel::traceparent(prepared.event, invocation.hop));
  headers.add(std::string(core::kDeadlineHeader), core::deadline_header(scheduler_.now(), prepared.deadline));
  if (created) {
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(scheduler_.wall_now() - *created);
    headers.add("X-Event-Age-Ms", std::to_string(std::max<std::int64_t>(0, age.count())));
  }
  return prepared;
}

kernel::Task<FunctionResult> Ingest::handle(const Invocation& invocation) {
  return is_sqs_batch(invocation.payload) ? handle_batch(invocation) : handle_one(invocation);
}

// No coroutine: while the middleware works, the function holds nothing of the event but its id.
kernel::Task<FunctionResult> Ingest::handle_one(const Invocation& invocation) {
  auto prepared = prepare(invocation);
  if (!prepared) return failed(std::move(prepared.error()));
  return finish(client_.send(std::move(prepared->request), prepared->deadline), std::move(prepared->event));
}

}  // namespace ingest
