#include "emulator/salesforce_edge/hmac.h"

#include <string>

#include "middleware/kernel/digest.h"

namespace emulator::salesforce_edge {
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
  std::string block = key.size() > kBlock ? bytes_of(kernel::sha256(key)) : std::string(key);
  block.resize(kBlock, '\0');
  const std::string inner = masked(block, 0x36) + std::string(text);
  return kernel::sha256(masked(block, 0x5c) + bytes_of(kernel::sha256(inner)));
}

}  // namespace emulator::salesforce_edge
