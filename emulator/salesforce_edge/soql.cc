#include "emulator/salesforce_edge/soql.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "emulator/salesforce/like.h"

namespace emulator::salesforce_edge {

using kernel::Json;

namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// -1, 0 or 1; nothing when the two cannot be compared.
std::optional<int> order_of(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) return (a > b) - (a < b);
  if (a.is_boolean() && b.is_boolean()) return a.get<bool>() - b.get<bool>();
  if (!a.is_string() || !b.is_string()) return std::nullopt;
  const int order = lower(a.get<std::string>()).compare(lower(b.get<std::string>()));
  return (order > 0) - (order < 0);
}

bool are_equal(const Json& a, const Json& b) {
  if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
  return order_of(a, b) == 0;
}

bool compares(const Condition& condition, const Json& value) {
  const Json literals = *kernel::parse_json(condition.literals);
  const auto is_in = [&] {
    return std::ranges::any_of(literals, [&](const Json& literal) { return are_equal(value, literal); });
  };
  const auto order = order_of(value, literals.front());
  switch (condition.comparison) {
    case Comparison::Equal:
    case Comparison::In:
      return is_in();
    case Comparison::NotEqual:
    case Comparison::NotIn:
      return !is_in();
    case Comparison::Less:
      return order && *order < 0;
    case Comparison::LessEqual:
      return order && *order <= 0;
    case Comparison::Greater:
      return order && *order > 0;
    case Comparison::GreaterEqual:
      return order && *order >= 0;
    case Comparison::Like:
      return value.is_string() && literals.front().is_string() &&
             salesforce::is_like(lower(value.get<std::string>()), lower(literals.front().get<std::string>()));
  }
  return false;
}

}  // namespace

bool holds(const Condition& condition, const Json& row) {
  const auto part_holds = [&row](const Condition& part) { return holds(part, row); };
  switch (condition.kind) {
    case Condition::Kind::And:
      return std::ranges::all_of(condition.parts, part_holds);
    case Condition::Kind::Or:
      return std::ranges::any_of(condition.parts, part_holds);
    case Condition::Kind::Not:
      return !holds(condition.parts.front(), row);
    case Condition::Kind::Compare:
      break;
  }
  const auto found = row.find(condition.field);
  return compares(condition, found == row.end() ? Json() : *found);
}

bool is_before(const Json& a, const Json& b) {
  if (a.is_null() || b.is_null()) return a.is_null() && !b.is_null();
  return order_of(a, b).value_or(0) < 0;
}

}  // namespace emulator::salesforce_edge
