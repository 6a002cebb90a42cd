#include "emulator/salesforce/validate.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/time.h"

namespace emulator::salesforce {
namespace {

using kernel::Json;

std::int64_t length_max(const FieldDefinition& field) {
  if (field.length > 0) return field.length;
  return field.type == FieldType::TextArea ? 131'072 : 255;
}

/// Characters, not bytes: continuation bytes of UTF-8 do not count.
std::int64_t characters(const std::string& text) {
  return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

bool is_type(const Json& value, FieldType type) {
  switch (type) {
    case FieldType::Text:
    case FieldType::TextArea:
      return value.is_string();
    case FieldType::Number:
      return value.is_number();
    case FieldType::Checkbox:
      return value.is_boolean();
    case FieldType::Date:
    case FieldType::DateTime:
      return value.is_string() && kernel::parse_wall_time(value.get_ref<const std::string&>()).has_value();
  }
  return false;
}

// ASSUMPTION: the texts are from memory (facts/salesforce 1.3 marks them so); the codes are documented.
std::optional<PublishError> fault_of(const std::string& name, const Json& value,
                                     const FieldDefinition& field) {
  if (!is_type(value, field.type)) {
    return PublishError{.code = "INVALID_TYPE_ON_FIELD_IN_RECORD",
                        .message = name + ": value not of required type: " + kernel::json_text(value),
                        .fields = {name}};
  }
  if (value.is_string() && characters(value.get_ref<const std::string&>()) > length_max(field)) {
    return PublishError{
        .code = "STRING_TOO_LONG",
        .message = name + ": data value too large (max length=" + std::to_string(length_max(field)) + ")",
        .fields = {name}};
  }
  return std::nullopt;
}

}  // namespace

std::optional<PublishError> find_fault(const Json& fields, const EventDefinition& definition,
                                       std::string_view api_name) {
  if (definition.fields.empty()) return std::nullopt;
  for (const auto& [name, value] : fields.items()) {
    const auto defined = std::ranges::find(definition.fields, name, [](const auto& f) { return f.first; });
    if (defined == definition.fields.end()) {
      return PublishError{
          .code = "INVALID_FIELD",
          .message = "No such column '" + name + "' on sobject of type " + std::string(api_name)};
    }
    if (value.is_null()) continue;
    if (auto fault = fault_of(name, value, defined->second)) return fault;
  }
  for (const auto& [name, field] : definition.fields) {
    if (!field.required) continue;
    const auto found = fields.find(name);
    if (found == fields.end() || found->is_null()) {
      return PublishError{.code = "REQUIRED_FIELD_MISSING",
                          .message = "Required fields are missing: [" + name + "]",
                          .fields = {name}};
    }
  }
  return std::nullopt;
}

}  // namespace emulator::salesforce
