#pragma once
// JSON as people write it in scenario files: {at: 1m, fault: payments, respond: {status: 503}}.
#include <string>

#include "middleware/kernel/json.h"

namespace emulator::cli {

/// On one line. Reads back as the same value; quotes stand only where they are needed.
std::string flow_text(const kernel::Json& value);

}  // namespace emulator::cli
