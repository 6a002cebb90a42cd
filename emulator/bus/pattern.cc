#include "emulator/bus/pattern.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace emulator::bus {
namespace {

using kernel::Json;

constexpr std::array<std::string_view, 7> kNotYet = {
    "suffix", "equals-ignore-case", "wildcard", "anything-but", "numeric", "cidr", "exists"};
constexpr std::string_view kDetail = "detail.";

std::unexpected<kernel::Error> not_valid(const std::string& why) {
  return kernel::invalid("Event pattern is not valid. Reason: " + why);
}

std::unexpected<kernel::Error> not_yet(const std::string& name) {
  return kernel::invalid("'" + name +
                         "' is not emulated yet in event patterns (exact values and prefix are)");
}

}  // namespace

Matchable::Matchable(EventView event) : event_(event) {}
Matchable::~Matchable() = default;

std::string_view Matchable::envelope_field(std::string_view name) const {
  if (name == "detail-type") return event_.detail_type;
  if (name == "source") return event_.source;
  if (name == "account") return event_.account;
  if (name == "region") return event_.region;
  if (name == "id") return event_.id;
  if (name == "time") return event_.time;
  if (name == "version") return "0";
  return {};  // `resources` is empty, and an empty array has no values
}

const Json& Matchable::detail() const {
  if (!detail_) {
    auto parsed = kernel::parse_json(event_.detail);
    detail_ = std::make_unique<Json>(parsed ? std::move(*parsed) : Json{});
  }
  return *detail_;
}

kernel::Result<Pattern> Pattern::compile(const Json& pattern) {
  if (!pattern.is_object()) return not_valid("Filter is not an object");
  Pattern result;
  if (auto collected = collect(pattern, "", result.fields_); !collected)
    return std::unexpected(collected.error());
  return result;
}

kernel::Result<> Pattern::collect(const Json& object, const std::string& path, std::vector<Field>& fields) {
  if (object.empty()) return not_valid("Empty objects are not allowed");
  for (const auto& [key, value] : object.items()) {
    if (key == "$or") return not_yet(key);
    const std::string here = path.empty() ? key : path + "." + key;
    if (value.is_object()) {
      if (auto collected = collect(value, here, fields); !collected) return collected;
      continue;
    }
    if (!value.is_array()) return not_valid("\"" + key + "\" must be an object or an array");
    if (value.empty()) return not_valid("Empty arrays are not allowed");
    Field field{.path = here, .any_of = {}};
    for (const Json& item : value) {
      auto alternative = alternative_of(item);
      if (!alternative) return std::unexpected(alternative.error());
      field.any_of.push_back(std::move(*alternative));
    }
    // "a.b" and {"a": {"b": ..}} are one field: the later one counts.
    std::erase_if(fields, [&here](const Field& earlier) { return earlier.path == here; });
    fields.push_back(std::move(field));
  }
  return {};
}

kernel::Result<Pattern::Alternative> Pattern::alternative_of(const Json& value) {
  if (value.is_array()) return not_valid("Match value must be String, number, true, false, or null");
  if (!value.is_object()) return Alternative{.is_prefix = false, .text = kernel::json_text(value)};
  if (value.empty()) return not_valid("Match expression name not found");
  if (value.size() > 1) return not_valid("Only one key allowed in match expression");
  const std::string name = value.begin().key();
  const Json& operand = *value.begin();
  if (std::ranges::find(kNotYet, name) != kNotYet.end()) return not_yet(name);
  if (name == "exactly" && operand.is_string())
    return Alternative{.is_prefix = false, .text = kernel::json_text(operand)};
  if (name != "prefix") return not_valid("Unrecognized match type " + name);
  if (operand.is_object() && operand.contains("equals-ignore-case")) return not_yet("equals-ignore-case");
  if (!operand.is_string()) return not_valid("prefix match pattern must be a string");
  return Alternative{.is_prefix = true, .text = operand.get<std::string>()};
}

bool Pattern::accepts_text(const Field& field, std::string_view text) {
  return std::ranges::any_of(field.any_of, [text](const Alternative& a) {
    return a.is_prefix ? text.starts_with(a.text) : kernel::json_quoted(text) == a.text;
  });
}

bool Pattern::accepts(const Field& field, const Json& scalar) {
  if (scalar.is_string()) return accepts_text(field, scalar.get_ref<const std::string&>());
  // Numbers compare by value: 1 and 1.0 are one.
  return std::ranges::any_of(field.any_of, [&scalar](const Alternative& a) {
    if (a.is_prefix || a.text.starts_with('"')) return false;
    const auto wanted = kernel::parse_json(a.text);
    return wanted && *wanted == scalar;
  });
}

/// The accepted values at `rest` below `value`, each as the array elements that it lies in.
void Pattern::find_values(const Field& field, const Json& value, std::string_view rest,
                          Membership& membership, std::vector<Membership>& found) {
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      const bool is_nested = value[i].is_structured();
      if (is_nested) membership.emplace_back(&value, i);
      find_values(field, value[i], rest, membership, found);
      if (is_nested) membership.pop_back();
    }
  } else if (value.is_object()) {
    for (const auto& [key, item] : value.items()) {
      if (!rest.starts_with(key)) continue;
      if (rest.size() == key.size()) {
        find_values(field, item, {}, membership, found);
      } else if (rest[key.size()] == '.') {
        find_values(field, item, rest.substr(key.size() + 1), membership, found);
      }
    }
  } else if (rest.empty() && accepts(field, value)) {
    found.push_back(membership);
  }
}

/// Whether one value of each field can be chosen such that no two lie in different elements of one array.
bool Pattern::fits_together(const std::vector<std::vector<Membership>>& values, std::size_t next,
                            Membership& chosen) {
  if (next == values.size()) return true;
  return std::ranges::any_of(values[next], [&](const Membership& candidate) {
    for (const auto& [array, index] : candidate) {
      const bool contradicts =
          std::ranges::any_of(chosen, [&](const auto& c) { return c.first == array && c.second != index; });
      if (contradicts) return false;
    }
    const std::size_t before = chosen.size();
    chosen.insert(chosen.end(), candidate.begin(), candidate.end());
    const bool fits = fits_together(values, next + 1, chosen);
    chosen.resize(before);
    return fits;
  });
}

bool Pattern::matches(const Matchable& event) const {
  std::vector<std::vector<Membership>> values;
  Membership membership;
  for (const Field& field : fields_) {
    if (field.path.starts_with(kDetail)) {
      std::vector<Membership>& found = values.emplace_back();
      find_values(field, event.detail(), std::string_view(field.path).substr(kDetail.size()), membership,
                  found);
      if (found.empty()) return false;
    } else {
      const std::string_view text = event.envelope_field(field.path);
      if (text.data() == nullptr || !accepts_text(field, text)) return false;
    }
  }
  return fits_together(values, 0, membership);
}

}  // namespace emulator::bus
