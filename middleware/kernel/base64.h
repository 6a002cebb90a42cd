#pragma once
// Base64 as RFC 4648, section 4 has it, with padding.
#include <optional>
#include <string>
#include <string_view>

namespace kernel {

std::string base64(std::string_view bytes);

/// The bytes; nothing for what is not base64 in whole groups of four.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace kernel
