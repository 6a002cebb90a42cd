#include "emulator/patterns/scalar.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

namespace emulator::patterns {
namespace {

/// 0.DIGITS times ten to the `exponent`: one form for each value. Zero has no digits.
struct Decimal {
  bool is_negative = false;
  std::string digits{};
  std::int64_t exponent = 0;
  bool operator==(const Decimal&) const = default;
};

Decimal decimal_of(std::string_view text) {
  Decimal result;
  if (text.starts_with('-')) {
    result.is_negative = true;
    text.remove_prefix(1);
  }
  const std::size_t e = std::min(text.find_first_of("eE"), text.size());
  if (e < text.size()) {
    std::string_view power = text.substr(e + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    const auto read = std::from_chars(power.data(), power.data() + power.size(), result.exponent);
    constexpr std::int64_t kBeyondAll = 1'000'000'000;
    if (read.ec != std::errc{}) result.exponent = power.starts_with('-') ? -kBeyondAll : kBeyondAll;
  }
  const std::string_view mantissa = text.substr(0, e);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  result.digits = mantissa.substr(0, point);
  if (point < mantissa.size()) result.digits += mantissa.substr(point + 1);
  result.exponent += static_cast<std::int64_t>(point);

  const std::size_t zeros = std::min(result.digits.find_first_not_of('0'), result.digits.size());
  result.digits.erase(0, zeros);
  result.exponent -= static_cast<std::int64_t>(zeros);
  result.digits.erase(result.digits.find_last_not_of('0') + 1);
  if (result.digits.empty()) return {};
  return result;
}

}  // namespace

Scalar Scalar::of_number(std::string_view text) { return {Kind::Number, text, comparable_number(text)}; }

std::optional<double> comparable_number(std::string_view text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  // Fifteen digits always come back from a double: only longer ones have to be compared digit by digit.
  const bool is_short = text.size() <= 15 && text.find_first_of("eE") == std::string_view::npos;
  if (read.ec == std::errc{} && is_short) return value + 0.0;
  const Decimal wanted = decimal_of(text);
  if (wanted.digits.empty()) return 0.0;
  if (read.ec != std::errc{}) return std::nullopt;
  char shortest[64];
  const auto written =
      std::to_chars(shortest, shortest + sizeof shortest, value, std::chars_format::scientific);
  const std::string_view back(shortest, static_cast<std::size_t>(written.ptr - shortest));
  if (decimal_of(back) != wanted) return std::nullopt;
  return value;
}

}  // namespace emulator::patterns
