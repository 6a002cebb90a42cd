#include "emulator/topics/filter_policy.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace emulator::topics {
namespace {

using kernel::Json;

constexpr std::size_t kKeysMax = 5;
constexpr std::int64_t kCombinationsMax = 150;
constexpr std::size_t kBytesMax = 262'144;

/// Capped, so that a large policy cannot overflow the product.
std::int64_t capped(std::int64_t count) { return std::min<std::int64_t>(count, 1'000'000); }

std::int64_t combinations_at(const Json& object, std::int64_t depth) {
  std::int64_t product = 1;
  for (const auto& [key, value] : object.items()) {
    if (key == "$or" && value.is_array()) {
      std::int64_t sum = 0;
      for (const Json& member : value) {
        if (member.is_object()) sum = capped(sum + combinations_at(member, depth));
      }
      product = capped(product * std::max<std::int64_t>(sum, 1));
    } else if (value.is_object()) {
      product = capped(product * combinations_at(value, depth + 1));
    } else if (value.is_array() && !value.empty()) {
      product = capped(product * capped(static_cast<std::int64_t>(value.size())) * depth);
    }
  }
  return product;
}

/// Keys of the top, those inside `$or` included.
std::size_t top_keys(const Json& object) {
  std::size_t count = 0;
  for (const auto& [key, value] : object.items()) {
    if (key != "$or" || !value.is_array()) {
      ++count;
      continue;
    }
    for (const Json& member : value) count += member.is_object() ? top_keys(member) : 0;
  }
  return count;
}

bool is_nested(const Json& object) {
  return std::ranges::any_of(object.items(), [](const auto& entry) {
    const Json& value = entry.value();
    if (entry.key() != "$or" || !value.is_array()) return value.is_object();
    return std::ranges::any_of(value, [](const Json& m) { return m.is_object() && is_nested(m); });
  });
}

/// What the engine may know and SNS does not: the complaint, or "". ASSUMPTION: wildcard is refused; the
/// facts do not say whether SNS has it.
std::string unknown_operator(const Json& value) {
  if (value.is_array() || value.is_object()) {
    for (const auto& [key, item] : value.items()) {
      if (value.is_object() && key == "wildcard" && !item.is_array() && !item.is_object())
        return "Unrecognized match type wildcard";
      if (value.is_object() && key == "anything-but" && item.is_object() && item.contains("suffix"))
        return "Unsupported anything-but pattern: suffix";
      if (std::string inner = unknown_operator(item); !inner.empty()) return inner;
    }
  }
  return {};
}

/// Attributes as an event: numbers as numbers, arrays as arrays. Binary ones are not looked at.
std::string attributes_json(const std::vector<MessageAttribute>& attributes) {
  std::string text = "{";
  for (const MessageAttribute& attribute : attributes) {
    std::string value;
    if (attribute.data_type.starts_with("Binary")) continue;
    if (attribute.data_type == "String.Array" || attribute.data_type.starts_with("Number")) {
      const auto parsed = kernel::parse_json(attribute.value);
      const bool fits =
          parsed && (attribute.data_type == "String.Array" ? parsed->is_array() : parsed->is_number());
      if (!fits) continue;
      value = attribute.value;
    } else {
      value = kernel::json_quoted(attribute.value);
    }
    if (text.size() > 1) text += ',';
    text += kernel::json_quoted(attribute.name) + ":" + value;
  }
  return text + "}";
}

}  // namespace

std::string_view to_text(FilterScope scope) {
  return scope == FilterScope::MessageBody ? "MessageBody" : "MessageAttributes";
}

std::int64_t combinations(const Json& policy) { return combinations_at(policy, 1); }

kernel::Result<FilterPolicy> FilterPolicy::compile(std::string_view json, FilterScope scope) {
  const auto policy = kernel::parse_json(json);
  if (!policy) return kernel::invalid("failed to parse JSON.");
  if (!policy->is_object()) return kernel::invalid("Filter is not an object");
  if (scope == FilterScope::MessageAttributes && is_nested(*policy)) {
    return kernel::invalid("Filter policy scope MessageAttributes does not support nested filter policy");
  }
  if (top_keys(*policy) > kKeysMax) return kernel::invalid("Filter policy can not have more than 5 keys");
  if (json.size() > kBytesMax || combinations(*policy) > kCombinationsMax)
    return kernel::invalid("Filter policy is too complex");
  if (std::string complaint = unknown_operator(*policy); !complaint.empty())
    return kernel::invalid(std::move(complaint));
  auto pattern = patterns::Pattern::compile(*policy, {.refusal = "", .length_max = kBytesMax});
  if (!pattern) return kernel::invalid(pattern.error().message);
  return FilterPolicy(std::move(*pattern), scope);
}

bool FilterPolicy::accepts(const std::string& body, const std::vector<MessageAttribute>& attributes) const {
  if (scope_ == FilterScope::MessageAttributes) {
    return pattern_.matches(attributes_json(attributes));
  }
  const auto parsed = kernel::parse_json(body);
  return parsed && parsed->is_object() && pattern_.matches(body);
}

}  // namespace emulator::topics
