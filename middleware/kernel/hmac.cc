#include "middleware/kernel/hmac.h"

#include <string>

#include "middleware/kernel/digest.h"

namespace kernel {
namespace {

constexpr std::size_t kBlock = 64;

std::string bytes_of(const std::array<std::uint8_t, 32>& digest) {
  return std::string(digest.begin(), digest.end());
}

std::string masked(std::string block, unsigned char mask) {
  for (char& c : block) c = static_cast<char>(static_cast<unsigned char>(c) ^ mask);
  return block;
}

}  // namespace

std::array<std::uint8_t, 32> hmac_sha256(std::string_view key, std::string_view text) {
  std::string block = key.size() > kBlock ? bytes_of(sha256(key)) : std::string(key);
  block.resize(kBlock, '\0');
  const std::string inner = masked(block, 0x36) + std::string(text);
  return sha256(masked(block, 0x5c) + bytes_of(sha256(inner)));
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  const auto left = sha256(a);
  const auto right = sha256(b);
  unsigned difference = 0;
  for (std::size_t i = 0; i < left.size(); ++i) difference |= static_cast<unsigned>(left[i] ^ right[i]);
  return difference == 0;
}

}  // namespace kernel
