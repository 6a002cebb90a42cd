#pragma once
// OpenAPI 3.0 and 3.1 as a mock file: a stub per operation, whose request is checked against the document and
// whose answer is an example of it. Facts: mocks-and-faults 17.
#include <string>

#include "middleware/kernel/json.h"
#include "middleware/kernel/result.h"
#include "mocks/imports/findings.h"

namespace mocks::imports {

/// `name` is the file's, as findings call it. The error is a document that is none of these versions, or has
/// no paths.
kernel::Result<MockFile> from_openapi(const std::string& name, const kernel::Json& document);

}  // namespace mocks::imports
