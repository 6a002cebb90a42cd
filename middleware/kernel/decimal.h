#pragma once
// Decimal numbers that stay exact: money does not pass through a double. 38 digits at most, of them at most
// 18 behind the point; what would not fit is an error, never rounded in silence.
#include <cstdint>
#include <string>
#include <string_view>

#include "middleware/kernel/result.h"

namespace kernel {

class Decimal {
 public:
  Decimal() = default;

  /// A JSON number as it is written: "12.50", "-3", "1e3".
  static Result<Decimal> parse(std::string_view text);

  /// "12.50": as many digits behind the point as it was made with, never an exponent.
  std::string text() const;
  bool is_whole() const { return scale_ == 0; }

  Result<Decimal> plus(const Decimal& other) const;
  Result<Decimal> minus(const Decimal& other) const;
  Result<Decimal> times(const Decimal& other) const;
  /// To `digits` behind the point (0 to 18), halves away from zero. Dividing by zero is an error.
  Result<Decimal> divided_by(const Decimal& other, int digits) const;
  Result<Decimal> rounded(int digits) const;

  /// -1, 0 or 1; 2.50 and 2.5 are equal.
  int compare(const Decimal& other) const;

 private:
  __extension__ using Wide = __int128;
  Decimal(Wide units, int scale) : units_(units), scale_(scale) {}
  static Result<Decimal> checked(Wide units, int scale, bool overflow);
  /// The units of both at one scale; false when that does not fit.
  static bool align(const Decimal& a, const Decimal& b, Wide& a_units, Wide& b_units, int& scale);
  static Result<Decimal> quotient(Wide dividend, Wide divisor, int digits);

  Wide units_ = 0;
  int scale_ = 0;  ///< digits behind the point
};

}  // namespace kernel
