#include "emulator/salesforce/validate.h"

#include <algorithm>
#include <cmath>
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

/// So many digits before the point. ASSUMPTION: more digits behind it than the scale are rounded away
/// unseen, as the org does with records; the payload keeps them.
bool fits(double value, const FieldDefinition& field) {
  if (field.precision == 0) return true;
  return std::abs(value) < std::pow(10.0, static_cast<double>(field.precision - field.scale));
}

// ASSUMPTION: the texts are from memory (facts/salesforce 1.3 marks them so); the codes are documented.
std::optional<OrgError> fault_of(const std::string& name, const Json& value, const FieldDefinition& field) {
  if (!is_type(value, field.type)) {
    return OrgError{.code = "INVALID_TYPE_ON_FIELD_IN_RECORD",
                    .message = name + ": value not of required type: " + kernel::json_text(value),
                    .fields = {name}};
  }
  if (value.is_number() && !fits(value.get<double>(), field)) {
    return OrgError{
        .code = "NUMBER_OUTSIDE_VALID_RANGE",
        .message = name + ": value outside of valid range on numeric field: " + kernel::json_text(value),
        .fields = {name}};
  }
  if (value.is_string() && characters(value.get_ref<const std::string&>()) > length_max(field)) {
    return OrgError{
        .code = "STRING_TOO_LONG",
        .message = name + ": data value too large (max length=" + std::to_string(length_max(field)) + ")",
        .fields = {name}};
  }
  return std::nullopt;
}

OrgError missing_fields(std::vector<std::string> names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return {.code = "REQUIRED_FIELD_MISSING",
          .message = "Required fields are missing: [" + text + "]",
          .fields = std::move(names)};
}

}  // namespace

std::optional<OrgError> find_update_fault(const Json& fields, const FieldDefinitions& definitions,
                                          std::string_view entity) {
  if (definitions.empty()) return std::nullopt;
  for (const auto& [name, value] : fields.items()) {
    const auto defined = std::ranges::find(definitions, name, [](const auto& f) { return f.first; });
    if (defined == definitions.end()) {
      return OrgError{.code = "INVALID_FIELD",
                      .message = "No such column '" + name + "' on sobject of type " + std::string(entity)};
    }
    if (value.is_null() && defined->second.required) return missing_fields({name});
    if (value.is_null()) continue;
    if (auto fault = fault_of(name, value, defined->second)) return fault;
  }
  return std::nullopt;
}

std::optional<OrgError> find_fault(const Json& fields, const FieldDefinitions& definitions,
                                   std::string_view entity) {
  if (auto fault = find_update_fault(fields, definitions, entity)) return fault;
  std::vector<std::string> missing;
  for (const auto& [name, field] : definitions) {
    if (field.required && !field.fallback && !fields.contains(name)) missing.push_back(name);
  }
  if (missing.empty()) return std::nullopt;
  return missing_fields(std::move(missing));
}

std::string unset_fields(const Json& fields, const FieldDefinitions& definitions) {
  std::string text;
  for (const auto& [name, field] : definitions) {
    if (fields.contains(name)) continue;
    if (!text.empty()) text += ',';
    text += kernel::json_quoted(name) + ":" + field.fallback.value_or("null");
  }
  return text;
}

}  // namespace emulator::salesforce
