#pragma once
// SOQL's LIKE, for queries and for the filters of channel members. Source: facts/salesforce 1.5, 2.
#include <string_view>

namespace emulator::salesforce {

/// Byte for byte: who wants no difference of case lowers both. Takes text times pattern at the most.
/// `%` is any text, `_` one character.
inline bool is_like(std::string_view text, std::string_view pattern) {
  std::size_t at = 0;
  std::size_t in_pattern = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_at = 0;
  while (at < text.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '%') {
      star = in_pattern++;
      star_at = at;
    } else if (in_pattern < pattern.size() &&
               (pattern[in_pattern] == '_' || pattern[in_pattern] == text[at])) {
      ++in_pattern;
      ++at;
    } else if (star != std::string_view::npos) {
      in_pattern = star + 1;
      at = ++star_at;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('%', in_pattern) == std::string_view::npos;
}

}  // namespace emulator::salesforce
