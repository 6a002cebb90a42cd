#pragma once
// Schemas of OpenAPI 3.0 and 3.1 as JSON Schemas of draft 7 that stand for themselves.
#include <cstdint>
#include <memory>

#include "middleware/ingest/schema.h"
#include "mocks/imports/findings.h"
#include "mocks/imports/openapi_document.h"

namespace mocks::imports {

/// Whose value it is: what is readOnly need not be in a request, nor what is writeOnly in a response.
enum class Direction : std::uint8_t { Request, Response };

/// References become `definitions`. What draft 7 or the rig's checker has no word for is not checked, and
/// said. Null when the schema cannot be used at all, which is said, too.
kernel::Json draft7(const Document& document, Located schema, Direction direction, Findings& findings);

}  // namespace mocks::imports
