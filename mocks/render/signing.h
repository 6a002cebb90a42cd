#pragma once
// HMAC-SHA256 (RFC 2104) and what stands on it: signed tokens, signatures of callbacks.
#include <string>
#include <string_view>

namespace mocks::render {

/// 32 bytes, as text that base64 and hex_text take.
std::string hmac_sha256(std::string_view key, std::string_view text);
std::string hex_text(std::string_view bytes);
/// A JWT (RFC 7515) with alg HS256.
std::string signed_jwt(const std::string& claims, std::string_view secret);

}  // namespace mocks::render
