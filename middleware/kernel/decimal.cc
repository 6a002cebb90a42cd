#include "middleware/kernel/decimal.h"

#include <algorithm>

namespace kernel {
namespace {

__extension__ using Wide = __int128;

constexpr int kScaleMax = 18;
constexpr int kDigitsMax = 38;

Wide power_of_ten(int exponent) {
  Wide power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

const Wide kUnitsMax = power_of_ten(kDigitsMax) - 1;

std::unexpected<Error> too_long() { return invalid("the number needs more than 38 digits"); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Multiplies by ten so often; false when it does not fit.
bool scale_up(Wide& units, int times) {
  if (times > kDigitsMax) return units == 0;
  return !__builtin_mul_overflow(units, power_of_ten(times), &units);
}

}  // namespace

Result<Decimal> Decimal::checked(Wide units, int scale, bool overflow) {
  if (overflow || units > kUnitsMax || units < -kUnitsMax) return too_long();
  while (scale > kScaleMax && units % 10 == 0) {
    units /= 10;
    --scale;
  }
  if (scale > kScaleMax) return invalid("the number needs more than 18 digits behind the point");
  return Decimal(units, scale);
}

Result<Decimal> Decimal::parse(std::string_view text) {
  const auto fail = [text] { return invalid("'" + std::string(text) + "' is no number"); };
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative) rest.remove_prefix(1);
  Wide units = 0;
  int scale = 0;
  int digits = 0;
  bool behind_point = false;
  bool overflow = false;
  while (!rest.empty() && (is_digit(rest.front()) || (rest.front() == '.' && !behind_point))) {
    if (rest.front() == '.') {
      behind_point = true;
      if (digits == 0) return fail();
    } else {
      overflow = overflow || __builtin_mul_overflow(units, Wide{10}, &units) ||
                 __builtin_add_overflow(units, Wide{rest.front() - '0'}, &units);
      ++digits;
      if (behind_point) ++scale;
    }
    rest.remove_prefix(1);
  }
  if (digits == 0 || (behind_point && scale == 0)) return fail();
  if (!rest.empty() && (rest.front() == 'e' || rest.front() == 'E')) {
    rest.remove_prefix(1);
    const bool down = rest.starts_with('-');
    if (down || rest.starts_with('+')) rest.remove_prefix(1);
    if (rest.empty() || !std::ranges::all_of(rest, is_digit)) return fail();
    int exponent = 0;
    for (const char c : rest) exponent = std::min(1000, exponent * 10 + (c - '0'));
    rest = {};
    scale += down ? exponent : -exponent;
    if (scale < 0) {
      overflow = overflow || !scale_up(units, -scale);
      scale = 0;
    }
  }
  if (!rest.empty()) return fail();
  return checked(negative ? -units : units, scale, overflow);
}

std::string Decimal::text() const {
  Wide left = units_ < 0 ? -units_ : units_;
  std::string digits;
  for (int i = 0; left > 0 || i <= scale_; ++i) {
    if (i == scale_ && scale_ > 0) digits += '.';
    digits += static_cast<char>('0' + static_cast<int>(left % 10));
    left /= 10;
  }
  if (units_ < 0) digits += '-';
  std::ranges::reverse(digits);
  return digits;
}

bool Decimal::align(const Decimal& a, const Decimal& b, Wide& a_units, Wide& b_units, int& scale) {
  scale = std::max(a.scale_, b.scale_);
  a_units = a.units_;
  b_units = b.units_;
  return scale_up(a_units, scale - a.scale_) && scale_up(b_units, scale - b.scale_);
}

Result<Decimal> Decimal::plus(const Decimal& other) const {
  Wide a = 0;
  Wide b = 0;
  int scale = 0;
  bool overflow = !align(*this, other, a, b, scale);
  Wide sum = 0;
  overflow = overflow || __builtin_add_overflow(a, b, &sum);
  return checked(sum, scale, overflow);
}

Result<Decimal> Decimal::minus(const Decimal& other) const {
  return plus(Decimal(-other.units_, other.scale_));
}

Result<Decimal> Decimal::times(const Decimal& other) const {
  Wide product = 0;
  const bool overflow = __builtin_mul_overflow(units_, other.units_, &product);
  return checked(product, scale_ + other.scale_, overflow);
}

Result<Decimal> Decimal::quotient(Wide dividend, Wide divisor, int digits) {
  Wide units = dividend / divisor;
  const Wide rest = dividend % divisor;
  const Wide twice = (rest < 0 ? -rest : rest) * 2;  // |rest| < 10^38 / 2 is checked by the callers
  if (twice >= (divisor < 0 ? -divisor : divisor)) units += (dividend < 0) == (divisor < 0) ? 1 : -1;
  return checked(units, digits, false);
}

Result<Decimal> Decimal::divided_by(const Decimal& other, int digits) const {
  if (other.units_ == 0) return invalid("division by zero");
  if (digits < 0 || digits > kScaleMax) return invalid("0 to 18 digits behind the point");
  // units / 10^scale : other.units / 10^other.scale, times 10^digits
  Wide dividend = units_;
  Wide divisor = other.units_;
  const int up = digits + other.scale_ - scale_;
  if (!scale_up(up >= 0 ? dividend : divisor, up >= 0 ? up : -up)) return too_long();
  if (divisor > kUnitsMax / 2 || divisor < -kUnitsMax / 2) return too_long();
  return quotient(dividend, divisor, digits);
}

Result<Decimal> Decimal::rounded(int digits) const {
  if (digits < 0 || digits > kScaleMax) return invalid("0 to 18 digits behind the point");
  if (digits < scale_) return quotient(units_, power_of_ten(scale_ - digits), digits);
  Wide units = units_;
  const bool overflow = !scale_up(units, digits - scale_);
  return checked(units, digits, overflow);
}

int Decimal::compare(const Decimal& other) const {
  Wide a = 0;
  Wide b = 0;
  int scale = 0;
  if (!align(*this, other, a, b, scale)) {
    // One of them has too many digits before the point to be written with the other's behind it: it is
    // larger.
    const Wide own_whole = units_ / power_of_ten(scale_);
    const Wide other_whole = other.units_ / power_of_ten(other.scale_);
    return own_whole < other_whole ? -1 : 1;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

}  // namespace kernel
