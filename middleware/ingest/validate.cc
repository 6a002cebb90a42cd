#include "middleware/ingest/validate.h"

#include <nlohmann/json.hpp>

#include "middleware/ingest/schema.h"
#include "middleware/kernel/ids.h"

namespace ingest {
namespace {

using kernel::Json;

/// Namespace of the ids that are derived when an envelope carries no EventUuid (the payload-only profile).
constexpr std::string_view kPayloadSpace = "6f2c1a9e-3f0b-5c58-9d0a-2f6f4b1f7c11";

bool is_kind(const Json& value, FieldKind kind) {
  switch (kind) {
    case FieldKind::Text:
      return value.is_string();
    case FieldKind::Number:
      return value.is_number();
    case FieldKind::Boolean:
      return value.is_boolean();
    case FieldKind::Json:
      return value.is_string() && kernel::is_json(value.get_ref<const std::string&>());
  }
  return false;
}

std::string_view name_of(FieldKind kind) {
  switch (kind) {
    case FieldKind::Text:
      return "text";
    case FieldKind::Number:
      return "a number";
    case FieldKind::Boolean:
      return "true or false";
    case FieldKind::Json:
      return "text that holds JSON";
  }
  return "";
}

std::string short_text(const Json& value) {
  const std::string text = kernel::json_text(value);
  return text.size() > 60 ? beginning(text, 57) + "..." : text;
}

FunctionError not_valid(std::string message) { return {"ValidationError", std::move(message)}; }

std::string text_at(const Json& event, std::string_view pointer) {
  const Json* found = kernel::json_at(event, pointer);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string{};
}

/// What an org sent, without the envelope of the bus; no detail_type when it does not tell.
Envelope bare_envelope(const Json& event) {
  Envelope envelope{.detail_type = text_at(event, "/event/EventApiName"),
                    .source = {},
                    .time = {},
                    .event_uuid = text_at(event, "/id"),
                    .created = text_at(event, "/payload/CreatedDate"),
                    .payload_at = "/payload"};
  if (envelope.event_uuid.empty()) envelope.event_uuid = text_at(event, "/event/EventUuid");
  std::string entity = text_at(event, "/payload/ChangeEventHeader/entityName");
  if (envelope.detail_type.empty() && !entity.empty()) {
    if (entity.ends_with("__c")) entity.pop_back();
    envelope.detail_type = entity + "ChangeEvent";
  }
  return envelope;
}

}  // namespace

std::string beginning(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0) == 0x80) --bytes_max;
  return std::string(text.substr(0, bytes_max));
}

std::expected<Envelope, FunctionError> read_envelope(const Json& event) {
  Envelope envelope{.detail_type = text_at(event, "/detail-type"),
                    .source = text_at(event, "/source"),
                    .time = text_at(event, "/time"),
                    .event_uuid = text_at(event, "/detail/id"),
                    .created = text_at(event, "/detail/payload/CreatedDate")};
  if (event.is_object() && !event.contains("detail-type") && event.contains("payload"))
    envelope = bare_envelope(event);
  if (envelope.detail_type.empty()) return std::unexpected(not_valid("the event has no detail-type"));
  const Json* payload = kernel::json_at(event, envelope.payload_at);
  if (payload == nullptr || !payload->is_object()) {
    return std::unexpected(not_valid("the event has no object at detail.payload"));
  }
  if (envelope.event_uuid.empty()) envelope.event_uuid = text_at(event, "/detail/event/EventUuid");
  if (envelope.event_uuid.empty()) {
    // ASSUMPTION: two events of equal payload, creation time included, are the same event.
    envelope.event_uuid = kernel::uuid5(kPayloadSpace, kernel::json_text(*payload));
  }
  return envelope;
}

const Json& payload_of(const Json& event, const Envelope& envelope) {
  return *kernel::json_at(event, envelope.payload_at);
}

std::expected<void, FunctionError> validate(const Json& payload, const EventType& type) {
  for (const auto& [field, kind] : type.required) {
    const auto found = payload.find(field);
    if (found == payload.end() || found->is_null()) {
      return std::unexpected(not_valid(type.name + ": " + field + " is missing"));
    }
    if (!is_kind(*found, kind)) {
      return std::unexpected(not_valid(type.name + ": " + field + " should be " + std::string(name_of(kind)) +
                                       ", found " + short_text(*found)));
    }
  }
  if (type.schema == nullptr) return {};
  const auto kept = type.schema->check(payload);
  if (kept) return {};
  const Violation& violation = kept.error();
  return std::unexpected(not_valid(type.name + ": " +
                                   (violation.pointer.empty() ? "the payload" : violation.pointer) +
                                   " breaks '" + violation.rule + "' of the schema"));
}

}  // namespace ingest
