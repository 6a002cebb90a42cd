#pragma once
// WireMock's request patterns as ours. Facts: mocks-and-faults 1.
#include "middleware/kernel/json.h"
#include "mocks/imports/findings.h"

namespace mocks::imports {

/// The value of a stub's `request`. What is not known is left out by name: a pattern without one of its
/// conditions would answer other requests.
kernel::Json our_request(const kernel::Json& request, const std::string& pointer, Findings& findings);

}  // namespace mocks::imports
