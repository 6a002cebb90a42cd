#pragma once
// What filter patterns compare with: numbers, texts with wildcards, %regular expressions%.
//
// Source: facts/aws-platform 4.5. ASSUMPTION: a text never is less or more than anything; %...% is found
// anywhere in the value.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/platform/logs/regex.h"

namespace emulator::logs {

enum class Comparator : std::uint8_t { Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual };

/// The whole text as a number: "-1.5e3".
std::optional<double> number_in(std::string_view text);
/// As people write it: "3", "0.25".
std::string number_text(double number);
/// `*` stands for anything.
bool matches_wildcards(std::string_view text, std::string_view pattern);
bool compare(double left, Comparator comparator, double right);

struct Literal {
  std::string text{};
  std::optional<double> number{};
  std::optional<Regex> regex{};
};

/// `number`: what the value is as a number, if it is one.
bool holds(std::string_view value, std::optional<double> number, Comparator comparator,
           const Literal& literal);

}  // namespace emulator::logs
