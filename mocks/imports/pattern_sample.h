#pragma once
// A text that a regular expression matches: for samples of schemas with a pattern.
#include <cstddef>
#include <optional>
#include <string>

namespace mocks::imports {

/// At least `length_min` long where the expression has a part that may repeat. `n` varies what is chosen.
/// Nothing when the expression has parts that are not known here, or the text made does not match.
std::optional<std::string> pattern_sample(const std::string& expression, std::size_t length_min,
                                          std::size_t n);

}  // namespace mocks::imports
