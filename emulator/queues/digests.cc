#include "emulator/queues/digests.h"

#include <algorithm>
#include <cstdint>

#include "middleware/kernel/digest.h"

namespace emulator::queues {
namespace {

/// The length as four bytes, the highest first, and the text.
void add_sized(std::string& out, std::string_view text) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((text.size() >> shift) & 0xFF);
  out += text;
}

}  // namespace

std::string md5_text(std::string_view text) {
  const auto digest = kernel::md5(text);
  return kernel::to_hex(digest.data(), digest.size());
}

std::string md5_of(const MessageAttributes& attributes) {
  if (attributes.empty()) return {};
  std::vector<const MessageAttribute*> sorted;
  for (const MessageAttribute& attribute : attributes) sorted.push_back(&attribute);
  std::ranges::sort(sorted, {}, &MessageAttribute::name);
  std::string bytes;
  for (const MessageAttribute* attribute : sorted) {
    add_sized(bytes, attribute->name);
    add_sized(bytes, attribute->type);
    bytes += attribute->type.starts_with("Binary") ? '\2' : '\1';
    add_sized(bytes, attribute->value);
  }
  return md5_text(bytes);
}

}  // namespace emulator::queues
