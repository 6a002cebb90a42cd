#include "middleware/ingest/schema_library.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "middleware/ingest/schema_rules.h"
#include "middleware/ingest/validate.h"

namespace ingest {
namespace {

using kernel::Json;
using LibraryJson = nlohmann::json;

/// Whole numbers are integers however they were written (draft 7: 1.0 is one; Salesforce writes 2.0), and
/// what its 64 signed bits cannot hold is a double.
bool copy(const Json& value, LibraryJson& out, int depth_left, int& values_left) {
  if (depth_left < 0 || --values_left < 0) return false;
  switch (value.type()) {
    case Json::value_t::object:
      out = LibraryJson::object();
      return std::ranges::all_of(value.items(), [&](const auto& member) {
        return copy(member.value(), out[member.key()], depth_left - 1, values_left);
      });
    case Json::value_t::array:
      out = LibraryJson::array();
      return std::ranges::all_of(value, [&](const Json& item) {
        return copy(item, out.emplace_back(nullptr), depth_left - 1, values_left);
      });
    case Json::value_t::number_unsigned:
      if (value.get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
        out = value.get<std::int64_t>();
      } else {
        out = value.get<double>();
      }
      return true;
    case Json::value_t::number_integer:
      out = value.get<std::int64_t>();
      return true;
    case Json::value_t::number_float: {
      const auto number = value.get<double>();
      constexpr double kExactMax = 9007199254740992.0;  // 2^53
      const bool is_whole = std::abs(number) <= kExactMax && number == std::trunc(number);
      if (is_whole) {
        out = static_cast<std::int64_t>(number);
      } else {
        out = number;
      }
      return true;
    }
    case Json::value_t::string:
      out = value.get_ref<const std::string&>();
      return true;
    case Json::value_t::boolean:
      out = value.get<bool>();
      return true;
    default:
      out = nullptr;
      return true;
  }
}

constexpr auto kOurs = std::to_array<std::string_view>({"pattern", "format", "uniqueItems", "multipleOf"});

struct Saying {
  std::string_view beginning;
  std::string_view rule;
  bool names_a_field = false;  ///< between quotes at its end: the field that is missing or unwanted
};

// The texts of valijson 1.0. One that is not here shows as the rule "schema".
constexpr auto kSayings = std::to_array<Saying>({
    {"Value type not permitted", "type"},
    {"Failed to match expected value", "const"},
    {"Failed to match against any enum", "enum"},
    {"Missing required property", "required", true},
    {"Missing dependency", "dependencies", true},
    {"Object contains a property", "additionalProperties", true},
    {"Failed to validate against schema associated with property name", "properties", true},
    {"Failed to validate against additional properties", "additionalProperties"},
    {"Failed to validate against dependent", "dependencies"},
    {"Failed to validate against child", "allOf"},
    {"Failed to validate against any schemas", "anyOf"},
    {"Failed to validate against any child", "oneOf"},
    {"Failed to validate against exactly one", "oneOf"},
    {"Failed to validate against a conditional", "if"},
    {"Target should not validate", "not"},
    {"Failed to any values", "contains"},
    {"Array contains more items", "additionalItems"},
    {"Cannot validate item", "additionalItems"},
    {"Failed to validate item", "items"},
    {"Expected number less than or equal", "maximum"},
    {"Expected number less than", "exclusiveMaximum"},
    {"Expected number greater than or equal", "minimum"},
    {"Expected number greater than", "exclusiveMinimum"},
    {"Array should contain no more", "maxItems"},
    {"Array should contain no fewer", "minItems"},
    {"String should be no more", "maxLength"},
    {"String should be no fewer", "minLength"},
    {"Object should have no more", "maxProperties"},
    {"Object should have no fewer", "minProperties"},
});

/// "/Lines/0" for "<root>", "[Lines]", "[0]".
std::string pointer_of(const std::vector<std::string>& context) {
  std::string pointer;
  for (const std::string& step : context) {
    if (step.starts_with('[') && step.ends_with(']'))
      pointer = pointer_to(pointer, std::string_view(step).substr(1, step.size() - 2));
  }
  return pointer;
}

}  // namespace

bool to_library(const Json& value, LibraryJson& out) {
  int values_left = kPayloadValuesMax;
  return copy(value, out, kPayloadDepthMax, values_left);
}

std::string our_name(std::string_view keyword) { return "own " + std::string(keyword); }

void schema_for_library(const Json& schema, LibraryJson& out) {
  if (schema.is_boolean()) {
    out = schema.get<bool>();
    return;
  }
  out = LibraryJson::object();
  for (const auto& [name, part] : schema.items()) {
    const Keyword& keyword = *find_keyword(name);
    const bool is_ours = std::ranges::find(kOurs, std::string_view(name)) != kOurs.end();
    switch (keyword.holds) {
      case Holds::Nothing:
      case Holds::Text:
        break;
      case Holds::Schema:
        schema_for_library(part, out[name]);
        break;
      case Holds::Schemas:
      case Holds::SchemaOrList:
        if (!part.is_array()) {
          schema_for_library(part, out[name]);
          break;
        }
        for (const Json& item : part) schema_for_library(item, out[name].emplace_back(nullptr));
        break;
      case Holds::SchemaMap:
      case Holds::Dependencies:
        out[name] = LibraryJson::object();
        for (const auto& [key, value] : part.items()) {
          if (value.is_array()) {
            out[name][key] = value.get<std::vector<std::string>>();
          } else {
            schema_for_library(value, out[name][key]);
          }
        }
        break;
      default:
        to_library(part, out[is_ours ? our_name(name) : name]);
    }
  }
}

Violation violation_of(const std::vector<std::string>& context, std::string_view text) {
  Violation violation{.pointer = pointer_of(context), .rule = "schema"};
  if (text.starts_with("own ")) {
    violation.rule = text.substr(4);
  } else if (const auto* found = std::ranges::find_if(
                 kSayings, [text](const Saying& saying) { return text.starts_with(saying.beginning); });
             found != kSayings.end()) {
    violation.rule = found->rule;
    const std::size_t end = text.rfind('\'');
    const std::size_t colon = text.find(": '");  // a text that quotes keywords before the name
    const std::size_t begin = colon != std::string_view::npos ? colon + 2 : text.find('\'');
    if (found->names_a_field && begin < end && end != std::string_view::npos)
      violation.pointer = pointer_to(violation.pointer, text.substr(begin + 1, end - begin - 1));
  }
  violation.pointer = beginning(violation.pointer, 200);
  return violation;
}

}  // namespace ingest
