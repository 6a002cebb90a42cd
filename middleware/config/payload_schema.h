#pragma once
// A JSON Schema in middleware.yaml: written out, or the name of a file beside the one that names it. For the
// sources of this folder.
#include <memory>

#include "middleware/config/shape.h"
#include "middleware/ingest/schema.h"

namespace config {

/// What is wrong with the schema is named where it stands, also in a file of its own.
Shape<std::shared_ptr<const ingest::Schema>> payload_schema();

}  // namespace config
