#pragma once
// Answers that arrive whole and are wrong: broken JSON, a wrong label. Facts: mocks-and-faults 6 (invalid
// JSON, wrong Content-Type, 200 with an error body).
#include <cstdint>

#include "middleware/kernel/http.h"

namespace mocks {

enum class Damage : std::uint8_t {
  CutJson,        ///< half of the body, with the length of the half
  TrailingComma,  ///< {"a":1,}
  Bom,            ///< a byte order mark in front
  Nan,            ///< {"value":NaN}
  DuplicateKey,   ///< the first member stands twice
  InvalidUtf8,    ///< a byte that no UTF-8 text has
  Concatenated,   ///< the document, and again
  Html,           ///< the error page of a load balancer, labelled as HTML
  EmptyBody,
  WrongType,   ///< the body as it is, labelled text/plain
  ErrorInBody  ///< {"success":false,...} with the status of success
};

/// What the caller gets instead of `response`.
kernel::HttpResponse damaged(Damage damage, kernel::HttpResponse response);

}  // namespace mocks
