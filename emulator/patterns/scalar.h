#pragma once
// One value of an event as patterns see it, and which numbers they can compare.
//
// Source: facts/aws-delivery 1.4, "Flatten the event" and "Numbers".
#include <optional>
#include <string_view>

namespace emulator::patterns {

/// A string never equals a number, `true` or `null`, whatever it says. The text outlives what is made of it.
struct Scalar {
  enum class Kind { Null, True, False, Number, Text };

  static Scalar of_text(std::string_view text) { return {Kind::Text, text, {}}; }
  /// `text` is a JSON number as written.
  static Scalar of_number(std::string_view text);
  static Scalar of_bool(bool is_true) {
    return is_true ? Scalar{Kind::True, "true", {}} : Scalar{Kind::False, "false", {}};
  }
  static Scalar of_null() { return {Kind::Null, "null", {}}; }

  Kind kind = Kind::Null;
  std::string_view text = "null";  ///< a string bare, everything else as JSON writes it
  std::optional<double> number{};  ///< of a number that can be compared
};

/// The value of a JSON number, if a double holds exactly what its digits say: the shortest digits that read
/// back as that double are those of `text`. 3.0e2 is 300 and -0 is 0; 12345678901234567891 and 1e400 have
/// none.
std::optional<double> comparable_number(std::string_view text);

}  // namespace emulator::patterns
