#pragma once
// Base64 (RFC 4648 4), as binary values travel in all of the protocols.
#include <optional>
#include <string>
#include <string_view>

namespace emulator::edge {

std::string base64(std::string_view bytes);

/// Nothing when `text` is not base64; padding must be there, line breaks must not.
std::optional<std::string> base64_decoded(std::string_view text);

}  // namespace emulator::edge
