#include "middleware/kernel/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "middleware/kernel/check.h"

namespace kernel {

std::array<std::uint8_t, 16> md5(std::string_view text) {
  std::array<std::uint8_t, 16> out{};
  CHECK(EVP_Digest(text.data(), text.size(), out.data(), nullptr, EVP_md5(), nullptr) == 1);
  return out;
}

std::array<std::uint8_t, 20> sha1(std::string_view text) {
  std::array<std::uint8_t, 20> out{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data());
  return out;
}

std::array<std::uint8_t, 32> sha256(std::string_view text) {
  std::array<std::uint8_t, 32> out{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data());
  return out;
}

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  CHECK(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) == 1);
}
Sha256::~Sha256() = default;

void Sha256::add(std::string_view piece) {
  CHECK(EVP_DigestUpdate(state_->context, piece.data(), piece.size()) == 1);
}

std::string Sha256::hex() {
  std::array<std::uint8_t, 32> out{};
  unsigned int size = 0;
  CHECK(EVP_DigestFinal_ex(state_->context, out.data(), &size) == 1);
  return to_hex(out.data(), size);
}

std::string to_hex(const std::uint8_t* bytes, std::size_t count) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(count * 2, '0');
  for (std::size_t i = 0; i < count; ++i) {
    text[2 * i] = kDigits[bytes[i] >> 4];
    text[2 * i + 1] = kDigits[bytes[i] & 15];
  }
  return text;
}

}  // namespace kernel
