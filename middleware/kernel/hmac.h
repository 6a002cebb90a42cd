#pragma once
// HMAC-SHA256 (RFC 2104), what signatures and token answers are made with, and the comparison that goes with
// it.
#include <array>
#include <cstdint>
#include <string_view>

namespace kernel {

std::array<std::uint8_t, 32> hmac_sha256(std::string_view key, std::string_view text);

/// How long it takes says nothing of where the two differ, nor of the length of either.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace kernel
