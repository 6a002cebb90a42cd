#pragma once
// equal_to_json: structural equality with placeholders, and how far two values are apart.
// Facts: mocks-and-faults 1 and 16.
#include "middleware/kernel/json.h"

namespace mocks::match {

struct JsonEquality {
  bool ignores_array_order = false;  ///< arrays as multisets
  bool ignores_extra = false;        ///< fields and items that only the actual value has

  /// `expected` may hold ${json-unit.ignore}, ${json-unit.any-string}, -number, -boolean, and
  /// ${json-unit.regex}PATTERN (the whole text).
  bool equal(const kernel::Json& expected, const kernel::Json& actual) const;

  /// Differing nodes over the larger count of nodes.
  double distance(const kernel::Json& expected, const kernel::Json& actual) const;

 private:
  bool equal_arrays(const kernel::Json& expected, const kernel::Json& actual) const;
  std::size_t differing(const kernel::Json& expected, const kernel::Json& actual) const;
};

}  // namespace mocks::match
