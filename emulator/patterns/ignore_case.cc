#include "emulator/patterns/ignore_case.h"

#include <algorithm>

#include "emulator/patterns/case_table.h"

namespace emulator::patterns {
namespace {

char lower_of(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::size_t length_of_character(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

char32_t decoded(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead;
  char32_t value = lead & (0xFFU >> (character.size() + 1));
  for (const char c : character.substr(1)) value = value << 6 | (static_cast<unsigned char>(c) & 0x3F);
  return value;
}

/// Of the Basic Multilingual Plane.
std::string encoded(char32_t value) {
  if (value < 0x80) return {static_cast<char>(value)};
  if (value < 0x800) return {static_cast<char>(0xC0 | value >> 6), static_cast<char>(0x80 | (value & 0x3F))};
  return {static_cast<char>(0xE0 | value >> 12), static_cast<char>(0x80 | (value >> 6 & 0x3F)),
          static_cast<char>(0x80 | (value & 0x3F))};
}

std::string bytes_of(const char8_t* text) {
  std::string bytes;
  for (; *text != 0; ++text) bytes += static_cast<char>(*text);
  return bytes;
}

std::pair<std::string, std::string> lower_and_upper(std::string_view character) {
  if (character.size() == 1) {
    const char lower = lower_of(character[0]);
    const char upper = lower >= 'a' && lower <= 'z' ? static_cast<char>(lower - 'a' + 'A') : lower;
    return {{lower}, {upper}};
  }
  // ASSUMPTION: a character beyond the Basic Multilingual Plane stands for itself.
  const char32_t value = decoded(character);
  for (const SpecialCase& special : special_cases()) {
    if (special.character == value) return {bytes_of(special.lower), bytes_of(special.upper)};
  }
  for (const CaseRange& range : case_ranges()) {
    if (value < range.first) break;
    if (value > range.last || (value - range.first) % range.step != 0) continue;
    const auto number = static_cast<std::int32_t>(value);
    return {encoded(static_cast<char32_t>(number + range.to_lower)),
            encoded(static_cast<char32_t>(number + range.to_upper))};
  }
  return {std::string(character), std::string(character)};
}

bool equal_ascii(std::string_view lowered, std::string_view text) {
  return std::ranges::equal(lowered, text, {}, {}, lower_of);
}

}  // namespace

IgnoreCase::IgnoreCase(std::string_view text)
    : lowered_(ascii_lower(text)),
      is_ascii_(std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
  if (is_ascii_) return;
  while (!text.empty()) {
    const std::size_t length = std::min(length_of_character(text.front()), text.size());
    auto [lower, upper] = lower_and_upper(text.substr(0, length));
    units_.push_back({std::move(lower), std::move(upper)});
    text.remove_prefix(length);
  }
}

std::size_t IgnoreCase::taken(std::string_view text) const {
  std::size_t at = 0;
  for (const Unit& unit : units_) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with(unit.lower)) {
      at += unit.lower.size();
    } else if (rest.starts_with(unit.upper)) {
      at += unit.upper.size();
    } else {
      return std::string_view::npos;
    }
  }
  return at;
}

bool IgnoreCase::equals(std::string_view text) const {
  if (is_ascii_) return text.size() == lowered_.size() && equal_ascii(lowered_, text);
  return taken(text) == text.size();
}

bool IgnoreCase::begins(std::string_view text) const {
  if (is_ascii_)
    return text.size() >= lowered_.size() && equal_ascii(lowered_, text.substr(0, lowered_.size()));
  return taken(text) != std::string_view::npos;
}

bool IgnoreCase::ends(std::string_view text) const {
  if (is_ascii_) {
    return text.size() >= lowered_.size() &&
           equal_ascii(lowered_, text.substr(text.size() - lowered_.size()));
  }
  for (auto unit = units_.rbegin(); unit != units_.rend(); ++unit) {
    if (text.ends_with(unit->lower)) {
      text.remove_suffix(unit->lower.size());
    } else if (text.ends_with(unit->upper)) {
      text.remove_suffix(unit->upper.size());
    } else {
      return false;
    }
  }
  return true;
}

void assign_ascii_lower(std::string& out, std::string_view text) {
  out.assign(text);
  std::ranges::transform(out, out.begin(), lower_of);
}

std::string ascii_lower(std::string_view text) {
  std::string out;
  assign_ascii_lower(out, text);
  return out;
}

}  // namespace emulator::patterns
