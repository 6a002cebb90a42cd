#pragma once
// Templates of WireMock's response-template transformer (Handlebars) as ours. Facts: mocks-and-faults 3.
//
// Only what gives the same text is taken: a value that is missing is an empty text there and an error here,
// so every value that may be missing gets its default.
#include <string>

#include "middleware/kernel/result.h"

namespace mocks::imports {

/// The error names the column and what has no counterpart.
kernel::Result<std::string> our_template(const std::string& handlebars);

}  // namespace mocks::imports
