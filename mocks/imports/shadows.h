#pragma once
// Stubs that would never answer: a mock file with one of them is refused, so they are left out.
#include <string>
#include <vector>

#include "middleware/kernel/json.h"

namespace mocks::imports {

/// Of the stubs of a mock file, in order: for each the id of the stub that takes all of its requests, or "".
std::vector<std::string> shadows_of(const kernel::Json& stubs);

}  // namespace mocks::imports
