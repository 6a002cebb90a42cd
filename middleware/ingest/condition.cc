#include "middleware/ingest/condition.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/ingest/schema_rules.h"

namespace ingest {
namespace {

using kernel::Json;

bool are_equal(const Json& a, const Json& b) {
  // Json compares numbers by value; objects of ordered_json keep their order, which says nothing here.
  if (a.is_object() && b.is_object()) {
    return a.size() == b.size() && std::ranges::all_of(a.items(), [&b](const auto& member) {
             const auto found = b.find(member.key());
             return found != b.end() && are_equal(member.value(), *found);
           });
  }
  if (a.is_array() && b.is_array()) return std::ranges::equal(a, b, are_equal);
  return a == b;
}

bool compare(const Json& found, Comparison comparison, const Json& limit) {
  switch (comparison) {
    case Comparison::Below:
      return found < limit;
    case Comparison::AtMost:
      return found <= limit;
    case Comparison::Above:
      return found > limit;
    default:
      return found >= limit;
  }
}

bool holds(const FieldTest& test, const Json* found) {
  const auto operand = [&test] { return *kernel::parse_json(test.operands.front()); };
  switch (test.comparison) {
    case Comparison::Exists:
      return (found != nullptr && !found->is_null()) == (operand() == true);
    case Comparison::OneOf:
      return found != nullptr && std::ranges::any_of(test.operands, [found](const std::string& text) {
               return are_equal(*found, *kernel::parse_json(text));
             });
    case Comparison::Prefix:
      return found != nullptr && found->is_string() &&
             found->get_ref<const std::string&>().starts_with(operand().get<std::string>());
    default:
      return found != nullptr && found->is_number() && compare(*found, test.comparison, operand());
  }
}

}  // namespace

std::string field_pointer(std::string_view field) {
  return field.starts_with('/') ? std::string(field) : pointer_to("", field);
}

const Json* Fields::at(std::string_view pointer) const {
  const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
  const bool is_added = added.is_object() && pointer.starts_with('/') && pointer.substr(1, end - 1) == under;
  return is_added ? kernel::json_at(added, pointer.substr(end)) : kernel::json_at(payload, pointer);
}

bool holds(const Condition& condition, std::string_view type, const Fields& fields) {
  const bool is_type =
      condition.types.empty() || std::ranges::find(condition.types, type) != condition.types.end();
  return is_type && std::ranges::all_of(condition.fields, [&fields](const FieldTest& test) {
           return holds(test, fields.at(test.pointer));
         });
}

}  // namespace ingest
