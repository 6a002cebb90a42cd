#pragma once
// WireMock's stub mappings as a mock file. Facts: mocks-and-faults 1 to 5 and 7.
//
// A mapping is taken whole or not at all: without one of its conditions it would answer other requests.
// What is taken and behaves differently in a detail is said, too.
#include <vector>

#include "middleware/kernel/result.h"
#include "mocks/imports/findings.h"
#include "mocks/imports/wiremock_response.h"

namespace mocks::imports {

/// A file of mappings: one mapping, or {"mappings": [...]}.
struct MappingsFile {
  std::string name;  ///< as findings call it
  std::string text;  ///< JSON
};

/// In the order in which WireMock would load them: the later wins.
/// ASSUMPTION: files of a folder are loaded in the order of their names.
/// The error is a file that is no JSON, or holds no mappings.
kernel::Result<MockFile> from_wiremock(const std::vector<MappingsFile>& files, const BodyFiles& bodies);

}  // namespace mocks::imports
