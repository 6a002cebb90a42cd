#include "middleware/ingest/handover.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/ingest/enrich.h"
#include "middleware/ingest/unwrap.h"
#include "middleware/kernel/json.h"

namespace ingest {
namespace {

using kernel::Json;

std::unexpected<FunctionError> not_valid(std::string message) {
  return std::unexpected(FunctionError{"ValidationError", std::move(message)});
}

std::optional<std::int64_t> age_of(const Envelope& envelope, kernel::WallTime now) {
  const auto created = kernel::parse_wall_time(envelope.created);
  if (!created) return std::nullopt;
  const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(now - *created);
  return std::max<std::int64_t>(0, age.count());
}

std::string members_of(const Json& object) {
  const std::string text = kernel::json_text(object);
  return text.substr(1, text.size() - 2);
}

/// Fills in what is added and where the event goes.
std::expected<void, FunctionError> find_way(const IngestConfig& config, const EventType* type,
                                            const Json& payload, Handover& handover) {
  const std::optional<Enrichment>& enrichment =
      type != nullptr && type->enrichment ? type->enrichment : config.enrichment;
  Json added = Json::object();
  if (enrichment) {
    if (payload.contains(config.enriched_under))
      return not_valid("the payload has a member '" + config.enriched_under + "' of its own");
    const std::string& uuid = handover.envelope.event_uuid;
    if (auto known = add_known(*enrichment, payload, uuid, handover.age_ms, added); !known) return known;
    handover.correlation_id = added["correlation_id"].get<std::string>();
    handover.added = members_of(added);
  }
  if (!config.routes.empty()) {
    const Fields fields{.payload = payload, .under = config.enriched_under, .added = added};
    const auto route = std::ranges::find_if(config.routes, [&](const Route& candidate) {
      return holds(candidate.when, handover.envelope.detail_type, fields);
    });
    if (route == config.routes.end()) {
      return std::unexpected(FunctionError{
          "RoutingError", "no route takes this event of type " + handover.envelope.detail_type});
    }
    handover.destination = route->destination;
    if (!route->drop_reason.empty()) handover.dropped_by = &*route;
  }
  if (!enrichment || handover.dropped_by != nullptr) return {};
  for (const Reference& reference : enrichment->references)
    handover.wanted.push_back({&reference, entry_of(reference, payload)});
  return {};
}

/// `event` is what `text` says.
std::expected<Handover, FunctionError> read_event(std::string_view text, const Json& event,
                                                  const IngestConfig& config, kernel::WallTime now) {
  auto envelope = read_envelope(event);
  if (!envelope) return std::unexpected(envelope.error());
  const auto type = std::ranges::find(config.types, envelope->detail_type, &EventType::name);
  const bool is_known = type != config.types.end();
  if (!is_known && config.routes.empty()) {
    return std::unexpected(
        FunctionError{"RoutingError", "no route for events of type " + envelope->detail_type});
  }
  const Json& payload = payload_of(event, *envelope);
  if (is_known) {
    if (auto valid = validate(payload, *type); !valid) return std::unexpected(valid.error());
  }
  Handover handover{.envelope = std::move(*envelope), .payload = {}};
  handover.age_ms = age_of(handover.envelope, now);
  if (auto found = find_way(config, is_known ? &*type : nullptr, payload, handover); !found)
    return std::unexpected(found.error());
  handover.payload = *kernel::json_slice(text, handover.envelope.payload_at);
  return handover;
}

/// The parsed event lives here only: while the middleware works, the function holds no tree.
std::expected<Handover, FunctionError> read(std::string_view text, const IngestConfig& config,
                                            kernel::WallTime now) {
  const auto event = kernel::parse_json(text);
  if (!event) return not_valid(event.error().message);
  if (auto refused = refuse_records(*event)) return std::unexpected(std::move(*refused));
  const auto message = sns_message(*event);
  if (!message) return std::unexpected(message.error());
  if (!*message) return read_event(text, *event, config, now);
  const auto inside = kernel::parse_json(**message);
  if (!inside) return not_valid("the SNS message: " + inside.error().message);
  return read_event(**message, *inside, config, now);
}

void append_member(std::string& object, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  object += object.ends_with('{') ? "" : ",";
  kernel::append_json_quoted(object, name);
  object += ':';
  kernel::append_json_quoted(object, text);
}

std::string take_payload(Handover& handover, std::string_view under) {
  if (handover.added.empty()) return std::move(handover.payload);
  return with_addition(std::move(handover.payload), under, handover.added);
}

}  // namespace

std::expected<Handover, FunctionError> prepare(std::string_view text, const IngestConfig& config,
                                               kernel::WallTime now, kernel::HopId hop) {
  auto handover = read(text, config, now);
  if (handover) handover->hop = hop;
  return handover;
}

kernel::HttpRequest to_request(Handover handover, const Destination& destination, std::string_view under) {
  kernel::HttpRequest request{.method = "POST", .host = destination.host, .target = destination.path};
  request.headers.add("Content-Type", "application/json");
  request.headers.add("ce-specversion", "1.0");
  request.headers.add("ce-id", handover.envelope.event_uuid);
  request.headers.add("ce-type", std::move(handover.envelope.detail_type));
  request.headers.add("ce-source", std::move(handover.envelope.source));
  if (!handover.envelope.time.empty()) request.headers.add("ce-time", std::move(handover.envelope.time));
  request.headers.add("traceparent", kernel::traceparent(handover.envelope.event_uuid, handover.hop));
  if (handover.age_ms) request.headers.add("X-Event-Age-Ms", std::to_string(*handover.age_ms));
  if (!handover.correlation_id.empty()) request.headers.add("X-Correlation-Id", handover.correlation_id);
  request.body = take_payload(handover, under);
  return request;
}

std::string to_cloud_event(Handover handover, std::string_view under) {
  std::string item = R"({"specversion":"1.0")";
  append_member(item, "id", handover.envelope.event_uuid);
  append_member(item, "type", handover.envelope.detail_type);
  append_member(item, "source", handover.envelope.source);
  append_member(item, "time", handover.envelope.time);
  append_member(item, "traceparent", kernel::traceparent(handover.envelope.event_uuid, handover.hop));
  item += R"(,"data":)" + take_payload(handover, under) + '}';
  return item;
}

kernel::HttpRequest batch_request(const std::vector<std::string_view>& items,
                                  const Destination& destination) {
  kernel::HttpRequest request{.method = "POST", .host = destination.host, .target = destination.path};
  request.headers.add("Content-Type", "application/cloudevents-batch+json");
  request.body = "[";
  for (const std::string_view item : items) {
    if (request.body.size() > 1) request.body += ',';
    request.body += item;
  }
  request.body += ']';
  return request;
}

std::optional<std::vector<ItemAnswer>> read_answers(std::string_view body,
                                                    const std::vector<std::string>& ids) {
  const auto answers = kernel::parse_json(body);
  if (!answers || !answers->is_array() || answers->size() != ids.size()) return std::nullopt;
  std::vector<ItemAnswer> read;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Json& answer = (*answers)[i];
    const Json* status = kernel::json_at(answer, "/status");
    if (status == nullptr || !status->is_number_integer() || kernel::json_text_at(answer, "/id") != ids[i])
      return std::nullopt;
    read.push_back({.status = status->get<int>(), .detail = kernel::json_text_at(answer, "/detail")});
  }
  return read;
}

std::optional<FunctionError> error_of(int status, std::string_view detail) {
  if (status >= 200 && status < 300) return std::nullopt;
  std::string message = "the middleware answered " + std::to_string(status);
  if (!detail.empty()) message += ": " + beginning(detail, 300);
  // 409: it works on this event right now; like 429 and 5xx that is over later.
  const bool is_busy = status == 409 || status == 429 || status >= 500;
  return FunctionError{is_busy ? "MiddlewareBusy" : "MiddlewareRefused", std::move(message)};
}

FunctionError unreachable(kernel::NoAnswer reason) {
  return {"MiddlewareUnreachable", "the middleware did not answer: " + std::string(to_text(reason))};
}

}  // namespace ingest
