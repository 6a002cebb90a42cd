#pragma once
// The part of SOQL that clients of an event relay use.
//
//   SELECT Id, Name, .. | COUNT() FROM Object [WHERE ..] [ORDER BY f [ASC|DESC], ..] [LIMIT n] [OFFSET n]
//
// Conditions: = != < <= > >= LIKE IN, NOT IN, AND OR NOT and parentheses; literals: 'text' with \' and \\,
// numbers, true, false, null, dates. Keywords in any case. Everything else is MALFORMED_QUERY with its place.
// Source: facts/salesforce 6.1; design: simple queries only.
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/json.h"
#include "middleware/kernel/result.h"

namespace emulator::salesforce_edge {

enum class Comparison : std::uint8_t {
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Like,
  In,
  NotIn
};

/// A comparison, or a joint of conditions.
struct Condition {
  enum class Kind : std::uint8_t { Compare, And, Or, Not };
  Kind kind = Kind::Compare;
  std::string field{};
  Comparison comparison = Comparison::Equal;
  std::string literals{};  ///< a JSON array: one, or those of IN
  std::vector<Condition> parts{};
};

struct Ordering {
  std::string field;
  bool is_descending = false;
};

struct Soql {
  std::vector<std::string> fields{};  ///< empty: COUNT()
  std::string from{};
  std::optional<Condition> where{};
  std::vector<Ordering> order{};
  std::optional<std::int64_t> limit{};
  std::int64_t offset = 0;
};

/// The error says what was found where something else was wanted.
kernel::Result<Soql> parse_soql(std::string_view text);

/// Whether `row`, an object of field names as the query has them, fits. Texts compare without case, as the
/// service's do; null equals null only.
bool holds(const Condition& condition, const kernel::Json& row);

/// Whether `a` stands before `b` in ascending order: nulls first.
bool is_before(const kernel::Json& a, const kernel::Json& b);

}  // namespace emulator::salesforce_edge
