#pragma once
// What a JSONPath is made of, once it is parsed. Plain values, named as in RFC 9535.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "middleware/kernel/json.h"
#include "mocks/jsonpath/pattern.h"

namespace mocks::jsonpath {

struct Expression;

struct Selector {
  enum class Kind : std::uint8_t { Name, Wildcard, Index, Slice, Filter };
  Kind kind = Kind::Wildcard;
  std::string name{};
  std::int64_t index = 0;
  std::optional<std::int64_t> start{};
  std::optional<std::int64_t> end{};
  std::int64_t step = 1;
  std::shared_ptr<const Expression> filter{};
};

struct Segment {
  bool is_descendant = false;
  std::vector<Selector> selectors{};
};

struct Query {
  bool is_absolute = true;  ///< from `$`, else from `@`
  std::vector<Segment> segments{};

  /// At most one node can come of it: names and indexes only.
  bool is_singular() const;
};

enum class Function : std::uint8_t { Length, Count, Match, Search, Value };
enum class Comparison : std::uint8_t { Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual };

/// A part of a filter. `parts` are the operands, or the arguments of a call.
struct Expression {
  enum class Kind : std::uint8_t { Literal, Query, Call, Or, And, Not, Compare };
  Kind kind = Kind::Literal;
  std::shared_ptr<const kernel::Json> literal{};
  Query query{};
  Function function = Function::Length;
  Comparison comparison = Comparison::Equal;
  std::optional<Pattern> pattern{};  ///< of match() and search(), when it is a literal
  std::vector<Expression> parts{};
};

}  // namespace mocks::jsonpath
