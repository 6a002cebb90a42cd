#include "mocks/render/signing.h"

#include "middleware/kernel/base64.h"
#include "middleware/kernel/digest.h"
#include "middleware/kernel/hmac.h"

namespace mocks::render {
namespace {

std::string base64url(std::string_view bytes) {
  std::string text = kernel::base64(bytes);
  while (!text.empty() && text.back() == '=') text.pop_back();
  for (char& c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return text;
}

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view text) {
  const auto bytes = kernel::hmac_sha256(key, text);
  return {bytes.begin(), bytes.end()};
}

std::string hex_text(std::string_view bytes) {
  return kernel::to_hex(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::string signed_jwt(const std::string& claims, std::string_view secret) {
  const std::string signing_input = base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + base64url(claims);
  return signing_input + "." + base64url(hmac_sha256(secret, signing_input));
}

}  // namespace mocks::render
