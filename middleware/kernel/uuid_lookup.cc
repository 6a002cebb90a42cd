#include "middleware/kernel/uuid_lookup.h"

namespace kernel {
namespace {

constexpr std::size_t kUuidLength = 36;
constexpr int kDigitsOfHalf = 16;

constexpr bool is_dash(std::size_t at) { return at == 8 || at == 13 || at == 18 || at == 23; }

/// -1 for what is none; capital letters are another text.
constexpr int hex_digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  return -1;
}

}  // namespace

std::optional<UuidBytes> uuid_bytes(std::string_view text) {
  if (text.size() != kUuidLength) return std::nullopt;
  UuidBytes uuid{};
  int digits = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is_dash(at)) {
      if (text[at] != '-') return std::nullopt;
      continue;
    }
    const int digit = hex_digit(text[at]);
    if (digit < 0) return std::nullopt;
    std::uint64_t& half = uuid.at(static_cast<std::size_t>(digits++ / kDigitsOfHalf));
    half = half << 4 | static_cast<std::uint64_t>(digit);
  }
  return uuid;
}

}  // namespace kernel
