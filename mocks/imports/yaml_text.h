#pragma once
// JSON as the YAML of our files: blocks for what is long, flow style for what fits a line, texts in double
// quotes wherever YAML could read them as something else.
#include <string>

#include "middleware/kernel/json.h"

namespace mocks::imports {

/// Ends with a newline. Reads back as the same value.
std::string yaml_text(const kernel::Json& value);

}  // namespace mocks::imports
