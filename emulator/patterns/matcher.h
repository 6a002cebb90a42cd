#pragma once
// What one value of a field may be: the compiled alternatives of a pattern.
//
// Source: facts/aws-delivery 1.4, the table of operators.
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "emulator/patterns/address.h"
#include "emulator/patterns/ignore_case.h"
#include "emulator/patterns/scalar.h"
#include "emulator/patterns/wildcard.h"

namespace emulator::patterns {

/// A string that reads exactly so.
struct ExactText {
  std::string text;
};
/// `true`, `false`, `null`, or a number that cannot be compared, as JSON writes it.
struct ExactToken {
  std::string token;
};
/// A number between two bounds; one number when both are equal and closed.
struct NumberRange {
  double low = -std::numeric_limits<double>::infinity();
  bool is_low_open = false;
  double high = std::numeric_limits<double>::infinity();
  bool is_high_open = false;
  bool holds(double value) const {
    return (is_low_open ? low < value : low <= value) && (is_high_open ? value < high : value <= high);
  }
};
struct Prefix {
  std::string text;
};
struct Suffix {
  std::string text;
};
struct AnyCase {
  enum class Where { Whole, Begin, End };
  IgnoreCase text;
  Where where = Where::Whole;
};
/// A string that is an address in the range; and what `holds_digits` says about numbers, which is asked only
/// of those that are not compared by value.
struct AddressIn {
  AddressRange range;
  bool compares_numbers = false;  ///< another matcher of the field does
};

/// What asks for something that is there and looks so.
using Likeness =
    std::variant<ExactText, ExactToken, NumberRange, Prefix, Suffix, AnyCase, Wildcard, AddressIn>;

/// A value, and none of these.
struct AnythingBut {
  std::vector<Likeness> none_of;
};
/// Any value: `exists: true`.
struct Present {};
/// No value: `exists: false`.
struct Absent {};

using Matcher = std::variant<Likeness, AnythingBut, Present, Absent>;

/// Whether it compares numbers by value, anything-but included.
bool compares_numbers(const Matcher& matcher);

bool accepts(const Likeness& likeness, const Scalar& value);

/// Whether a value that is there is accepted: never by Absent.
bool accepts(const Matcher& matcher, const Scalar& value);

}  // namespace emulator::patterns
