#pragma once
// An error as a runtime posts it. Source: facts/aws-delivery 6.
#include <string>

#include "emulator/lambda/ports.h"
#include "middleware/kernel/http.h"

namespace emulator::runtime {

/// `source` is Function for an invocation, Runtime for an init: where the error comes from when the runtime
/// gives no type. The body goes on as it is.
lambda::CodeError posted_error(const kernel::HttpRequest& request, const std::string& source);

}  // namespace emulator::runtime
