#include "emulator/topics/filter_policy.h"

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>
#include <span>

namespace emulator::topics {
namespace {

using kernel::Json;

constexpr std::size_t kKeysMax = 5;
constexpr std::int64_t kCombinationsMax = 150;
constexpr std::size_t kBytesMax = 262'144;

/// What SNS does not have in common with rules. ASSUMPTION: `wildcard` is refused; the facts do not say
/// whether SNS has it.
patterns::Options options() {
  return {.refusal = "",
          .length_max = kBytesMax,
          .combinations_max = static_cast<std::size_t>(kCombinationsMax),
          .without = {"wildcard", "anything-but/suffix"}};
}

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

/// Attributes as the engine sees them: numbers as numbers, elements of arrays under one path. Binary ones are
/// not looked at, nor are values that are not what their type says.
class AttributeList {
 public:
  explicit AttributeList(const std::vector<MessageAttribute>& attributes) {
    for (const MessageAttribute& attribute : attributes) {
      const std::string_view type = attribute.data_type;
      if (type == "String.Array") {
        add_elements(attribute);
      } else if (type.starts_with("String")) {
        list_.push_back({attribute.name, patterns::Scalar::of_text(attribute.value)});
      } else if (type.starts_with("Number") && is_number(attribute.value)) {
        list_.push_back({attribute.name, patterns::Scalar::of_number(attribute.value)});
      }
    }
  }
  std::span<const patterns::Attribute> list() const { return list_; }

 private:
  static bool is_number(const std::string& text) {
    const auto parsed = kernel::parse_json(text);
    return parsed && parsed->is_number();
  }
  void add_elements(const MessageAttribute& attribute) {
    const auto parsed = kernel::parse_json(attribute.value);
    if (!parsed || !parsed->is_array()) return;
    for (const Json& element : *parsed) {
      if (element.is_string()) {
        list_.push_back({attribute.name, patterns::Scalar::of_text(kept(element.get<std::string>()))});
      } else if (element.is_number()) {
        list_.push_back({attribute.name, patterns::Scalar::of_number(kept(kernel::json_text(element)))});
      } else if (element.is_boolean()) {
        list_.push_back({attribute.name, patterns::Scalar::of_bool(element.get<bool>())});
      } else if (element.is_null()) {
        list_.push_back({attribute.name, patterns::Scalar::of_null()});
      }
    }
  }
  std::string_view kept(std::string text) { return texts_.emplace_back(std::move(text)); }

  std::vector<patterns::Attribute> list_;
  std::deque<std::string> texts_;  // what list_ points into beyond the attributes
};

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
  auto pattern = patterns::Pattern::compile(json, options());
  if (!pattern) return kernel::invalid(pattern.error().message);
  return FilterPolicy(std::move(*pattern), scope);
}

bool FilterPolicy::accepts(const std::string& body, const std::vector<MessageAttribute>& attributes) const {
  if (scope_ == FilterScope::MessageAttributes) {
    const AttributeList list(attributes);
    return pattern_.matches(patterns::Event{.attributes = list.list()});
  }
  const auto parsed = kernel::parse_json(body);
  return parsed && parsed->is_object() && pattern_.matches(body);
}

}  // namespace emulator::topics
