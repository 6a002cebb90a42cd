#pragma once
// Upper and lower case of single characters, as data. For ignore_case.cc.
#include <cstdint>
#include <span>

namespace emulator::patterns {

/// Every `step`-th character from `first` to `last` maps by the same distances; the ranges are sorted by
/// `first` and may interleave.
struct CaseRange {
  std::uint16_t first;
  std::uint16_t last;
  std::uint8_t step;
  std::int32_t to_lower;
  std::int32_t to_upper;
};

/// A character one of whose mappings is longer than a character: upper case of U+00DF is "SS".
struct SpecialCase {
  std::uint16_t character;
  const char8_t* lower;
  const char8_t* upper;
};

std::span<const CaseRange> case_ranges();
std::span<const SpecialCase> special_cases();

}  // namespace emulator::patterns
