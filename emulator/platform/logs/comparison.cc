#include "emulator/platform/logs/comparison.h"

#include <array>
#include <charconv>
#include <cmath>

namespace emulator::logs {

std::optional<double> number_in(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::string number_text(double number) {
  constexpr double kExact = 9007199254740992.0;
  if (std::floor(number) == number && std::abs(number) < kExact)
    return std::to_string(static_cast<std::int64_t>(number));
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} ? std::string(text.data(), end) : std::string("0");
}

// Every star takes as little as it can; where that does not do, the last one takes one character more.
bool matches_wildcards(std::string_view text, std::string_view pattern) {
  std::size_t at = 0;
  std::size_t in = 0;
  std::size_t star = std::string_view::npos;
  std::size_t behind_star = 0;
  while (at < text.size()) {
    if (in < pattern.size() && pattern[in] == '*') {
      star = in++;
      behind_star = at;
    } else if (in < pattern.size() && pattern[in] == text[at]) {
      ++in;
      ++at;
    } else if (star != std::string_view::npos) {
      in = star + 1;
      at = ++behind_star;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in) == std::string_view::npos;
}

bool compare(double left, Comparator comparator, double right) {
  switch (comparator) {
    case Comparator::Equal:
      return left == right;
    case Comparator::NotEqual:
      return left != right;
    case Comparator::Less:
      return left < right;
    case Comparator::LessOrEqual:
      return left <= right;
    case Comparator::Greater:
      return left > right;
    case Comparator::GreaterOrEqual:
      return left >= right;
  }
  return false;
}

bool holds(std::string_view value, std::optional<double> number, Comparator comparator,
           const Literal& literal) {
  if (number && literal.number) return compare(*number, comparator, *literal.number);
  if (comparator != Comparator::Equal && comparator != Comparator::NotEqual) return false;
  const bool is_same =
      literal.regex ? literal.regex->is_found_in(value) : matches_wildcards(value, literal.text);
  return is_same == (comparator == Comparator::Equal);
}

}  // namespace emulator::logs
