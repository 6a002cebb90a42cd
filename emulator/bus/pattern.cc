#include "emulator/bus/pattern.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace emulator::bus {
namespace {

using kernel::Json;

constexpr std::array<std::string_view, 7> kNotYet = {"suffix",  "equals-ignore-case", "wildcard", "anything-but",
                                                     "numeric", "cidr",               "exists"};

std::string escaped(std::string_view key) {
  std::string token;
  for (const char c : key) {
    if (c == '~') {
      token += "~0";
    } else if (c == '/') {
      token += "~1";
    } else {
      token += c;
    }
  }
  return token;
}

std::unexpected<kernel::Error> not_valid(const std::string& why) {
  return kernel::invalid("Event pattern is not valid. Reason: " + why);
}

}  // namespace

Matchable::Matchable(std::string_view source, std::string_view detail_type, std::string_view detail)
    : source_(source), detail_type_(detail_type), detail_text_(detail) {}
Matchable::~Matchable() = default;

const Json& Matchable::detail() const {
  if (!detail_) {
    auto parsed = kernel::parse_json(detail_text_);
    detail_ = std::make_unique<Json>(parsed ? std::move(*parsed) : Json{});
  }
  return *detail_;
}

kernel::Result<Pattern> Pattern::compile(const Json& pattern) {
  if (!pattern.is_object()) return not_valid("Filter is not an object");
  Pattern result;
  if (auto collected = collect(pattern, "", result.fields_); !collected) return std::unexpected(collected.error());
  return result;
}

kernel::Result<> Pattern::collect(const Json& object, const std::string& pointer, std::vector<Field>& fields) {
  if (object.empty()) return not_valid("Empty objects are not allowed");
  for (const auto& [key, value] : object.items()) {
    const std::string here = pointer + "/" + escaped(key);
    if (key == "$or") return kernel::invalid("'$or' is not emulated yet in event patterns");
    if (value.is_object()) {
      if (auto collected = collect(value, here, fields); !collected) return collected;
      continue;
    }
    if (!value.is_array()) return not_valid("\"" + key + "\" must be an object or an array");
    if (value.empty()) return not_valid("Empty arrays are not allowed");
    Field field{.pointer = here, .any_of = {}};
    for (const Json& alternative : value) {
      if (!alternative.is_object()) {
        if (alternative.is_array()) return not_valid("Match value must be String, number, true, false, or null");
        field.any_of.push_back({.is_prefix = false, .text = kernel::json_text(alternative)});
        continue;
      }
      if (alternative.size() != 1) return not_valid("Only one key allowed in match expression");
      const std::string name = alternative.begin().key();
      if (std::ranges::find(kNotYet, name) != kNotYet.end()) {
        return kernel::invalid("'" + name + "' is not emulated yet in event patterns (exact values and prefix are)");
      }
      if (name != "prefix") return not_valid("Unrecognized match type " + name);
      if (!alternative.begin()->is_string()) return not_valid("prefix match pattern must be a string");
      field.any_of.push_back({.is_prefix = true, .text = alternative.begin()->get<std::string>()});
    }
    fields.push_back(std::move(field));
  }
  return {};
}

bool Pattern::accepts_text(const Field& field, std::string_view text) {
  return std::ranges::any_of(field.any_of, [text](const Alternative& a) {
    return a.is_prefix ? text.starts_with(a.text) : kernel::json_quoted(text) == a.text;
  });
}

bool Pattern::accepts(const Field& field, const Json& value) {
  if (value.is_array()) return std::ranges::any_of(value, [&](const Json& item) { return accepts(field, item); });
  if (value.is_object()) return false;
  if (value.is_string()) return accepts_text(field, value.get_ref<const std::string&>());
  // Numbers compare by value: 1 and 1.0 are one.
  return std::ranges::any_of(field.any_of, [&value](const Alternative& a) {
    if (a.is_prefix) return false;
    const auto wanted = kernel::parse_json(a.text);
    return wanted && *wanted == value;
  });
}

bool Pattern::matches(const Matchable& event) const {
  return std::ranges::all_of(fields_, [&event](const Field& field) {
    if (field.pointer == "/source") return accepts_text(field, event.source());
    if (field.pointer == "/detail-type") return accepts_text(field, event.detail_type());
    if (!field.pointer.starts_with("/detail/")) return false;
    const Json* value = kernel::json_at(event.detail(), std::string_view(field.pointer).substr(7));
    return value != nullptr && accepts(field, *value);
  });
}

}  // namespace emulator::bus
