#pragma once
// HMAC-SHA256 (RFC 2104): what token answers are signed with.
#include <array>
#include <cstdint>
#include <string_view>

namespace emulator::salesforce_edge {

std::array<std::uint8_t, 32> hmac_sha256(std::string_view key, std::string_view text);

}  // namespace emulator::salesforce_edge
