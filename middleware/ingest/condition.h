#pragma once
// What a route asks of an event: its type and single fields of its payload. All of it has to hold; several
// routes are the "or".
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/json.h"

namespace ingest {

enum class Comparison : std::uint8_t {
  OneOf,   ///< equal to one operand: numbers by value, everything else as JSON
  Prefix,  ///< a text that begins so
  Exists,  ///< there and not null; `false` as operand: not
  Below,   ///< a number; texts that look like numbers are none
  AtMost,
  Above,
  AtLeast,
};

struct FieldTest {
  std::string pointer;  ///< JSON Pointer into the payload; what was added to it lies there, too
  Comparison comparison = Comparison::OneOf;
  std::vector<std::string> operands{};  ///< JSON texts; one, but for OneOf
};

struct Condition {
  std::vector<std::string> types{};  ///< API names; none: every type
  std::vector<FieldTest> fields{};
};

/// `field` as a pointer: a name is a field of the payload, what begins with '/' is a pointer already.
std::string field_pointer(std::string_view field);

/// Where a payload, and what was added to it, is looked into.
struct Fields {
  const kernel::Json& payload;
  std::string_view under;     ///< the name of what was added
  const kernel::Json& added;  ///< an object, or null
  const kernel::Json* at(std::string_view pointer) const;
};

bool holds(const Condition& condition, std::string_view type, const Fields& fields);

}  // namespace ingest
