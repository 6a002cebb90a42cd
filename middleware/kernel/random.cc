#include "middleware/kernel/random.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "middleware/kernel/check.h"

namespace kernel {
namespace {

// A polynomial, highest power first.
template <std::size_t N>
double polynomial(const std::array<double, N>& coefficients, double x) {
  double sum = 0;
  for (const double c : coefficients) sum = sum * x + c;
  return sum;
}

}  // namespace

// The rational approximation of P. J. Acklam (relative error below 1.15e-9), sharpened by one Halley step on
// erfc.
double normal_at(double u) {
  constexpr std::array<double, 6> kA = {-3.969683028665376e+01, 2.209460984245205e+02,
                                        -2.759285104469687e+02, 1.383577518672690e+02,
                                        -3.066479806614716e+01, 2.506628277459239e+00};
  constexpr std::array<double, 6> kB = {-5.447609879822406e+01, 1.615858368580409e+02,
                                        -1.556989798598866e+02, 6.680131188771972e+01,
                                        -1.328068155288572e+01, 1.0};
  constexpr std::array<double, 6> kC = {-7.784894002430293e-03, -3.223964580411365e-01,
                                        -2.400758277161838e+00, -2.549732539343734e+00,
                                        4.374664141464968e+00,  2.938163982698783e+00};
  constexpr std::array<double, 5> kD = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                                        3.754408661907416e+00, 1.0};
  constexpr double kLow = 0.02425;
  const double p = std::clamp(u, 0x1.0p-54, 1 - 0x1.0p-53);
  double x = 0;
  if (p < kLow) {
    const double q = std::sqrt(-2 * std::log(p));
    x = polynomial(kC, q) / polynomial(kD, q);
  } else if (p <= 1 - kLow) {
    const double q = p - 0.5;
    x = polynomial(kA, q * q) * q / polynomial(kB, q * q);
  } else {
    const double q = std::sqrt(-2 * std::log(1 - p));
    x = -polynomial(kC, q) / polynomial(kD, q);
  }
  const double e = 0.5 * std::erfc(-x / std::sqrt(2.0)) - p;
  const double step = e * std::sqrt(2 * 3.14159265358979323846) * std::exp(x * x / 2);
  return x - step / (1 + x * step / 2);
}

double lognormal_at(double u, double median, double sigma) { return median * std::exp(sigma * normal_at(u)); }

double exponential_at(double u, double mean) { return -mean * std::log1p(-u); }

double pareto_at(double u, double scale, double shape) { return scale * std::pow(1 - u, -1 / shape); }

Random::Random(std::uint64_t seed, std::string_view name) : state_{} {
  std::uint64_t h = splitmix64(seed) ^ hash_text(name);
  for (std::uint64_t& word : state_) word = h = splitmix64(h);
}

std::uint64_t Random::bits() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::unit() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }

std::uint64_t Random::below(std::uint64_t bound) {
  CHECK(bound >= 1);
  const std::uint64_t threshold = -bound % bound;  // draws below it would favour small results
  while (true) {
    const std::uint64_t drawn = bits();
    if (drawn >= threshold) return drawn % bound;
  }
}

std::int64_t Random::between(std::int64_t low, std::int64_t high) {
  CHECK(low <= high);
  const std::uint64_t span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
  return low + static_cast<std::int64_t>(span == 0 ? bits() : below(span));
}

}  // namespace kernel
