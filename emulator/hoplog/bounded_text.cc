#include "emulator/hoplog/bounded_text.h"

#include <charconv>

namespace emulator::hoplog {

std::string_view cut_at_character(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  // A character of UTF-8 has at most three continuation bytes, 10xxxxxx; more are no UTF-8 and cut anywhere.
  for (int back = 0; back < 3 && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80; ++back)
    --end;
  const bool is_utf8 = end == 0 || (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
  return text.substr(0, is_utf8 ? end : bytes_max);
}

Bounded::Bounded(std::string_view text, std::size_t bytes_max) : begin(cut_at_character(text, bytes_max)) {
  if (begin.size() == text.size()) return;
  constexpr std::string_view kOpen = "… [+";
  constexpr std::string_view kClose = " bytes]";
  char* at = kOpen.copy(marker.data(), kOpen.size()) + marker.data();
  at = std::to_chars(at, marker.data() + marker.size(), text.size() - begin.size()).ptr;
  at += kClose.copy(at, kClose.size());
  rest = {marker.data(), static_cast<std::size_t>(at - marker.data())};
}

}  // namespace emulator::hoplog
