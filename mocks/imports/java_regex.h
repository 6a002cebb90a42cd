#pragma once
// Regular expressions of Java, as RE2 has to read them to find the same.
#include <string>

#include "middleware/kernel/result.h"

namespace mocks::imports {

/// The error says what RE2 has no word for: lookaround, back references, classes in classes.
/// `dot_is_any`: '.' is any character, a line feed too.
kernel::Result<std::string> re2_text(const std::string& java, bool dot_is_any);

}  // namespace mocks::imports
