#pragma once
// WireMock's response definitions as ours. Facts: mocks-and-faults 2, 3, 5, 7.
#include <functional>
#include <string>

#include "middleware/kernel/json.h"
#include "middleware/kernel/result.h"
#include "mocks/imports/findings.h"

namespace mocks::imports {

/// The bytes of a file of __files.
using BodyFiles = std::function<kernel::Result<std::string>(const std::string& name)>;

/// Adds `templated`, `latency` and `respond` to the stub, as far as there is something to say.
void add_response(const kernel::Json& response, const std::string& pointer, const BodyFiles& files,
                  Findings& findings, kernel::Json& stub);

}  // namespace mocks::imports
