#pragma once
// JSONPath as Jayway reads it, said in the words of RFC 9535.
//
// What differs between the two and can be said is said: names with a hyphen, a path without its $, =~, and a
// filter on an object, which asks the object itself in Jayway and its members in the RFC.
#include <string>

#include "middleware/kernel/result.h"

namespace mocks::imports {

struct RfcPath {
  std::string text;
  bool is_definite = false;  ///< selects one node at most
  /// Not empty: what would be different from Jayway, for some documents.
  std::string differs{};
};

/// `is_bare`: only asked whether it selects anything. The error is of the path in its RFC form.
kernel::Result<RfcPath> rfc_path(const std::string& jayway, bool is_bare);

}  // namespace mocks::imports
