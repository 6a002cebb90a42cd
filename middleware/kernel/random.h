#pragma once
// Luck that repeats. Decisions about faults and jitter use keyed draws: a pure function of (seed, rule, key,
// n, purpose), so that no draw depends on how many were made before it, by whom, or on which clock. Ids and
// other streams use a generator of their own, forked from the seed by the name of the component.
#include <array>
#include <cstdint>
#include <string_view>

#include "middleware/kernel/time.h"

namespace kernel {

/// The finaliser of splitmix64: splitmix64(0) = e220a8397b1dcdaf, splitmix64(1) = 910a2dec89025cc1.
constexpr std::uint64_t splitmix64(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

/// FNV-1a, then mixed; the same on every machine.
constexpr std::uint64_t hash_text(std::string_view text) {
  std::uint64_t h = 0xCBF29CE484222325ULL;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return splitmix64(h);
}

/// Names one draw. `n` counts within (rule, key), from 1.
struct DrawKey {
  std::uint64_t seed;
  std::string_view rule;  ///< who draws: a fault rule, a retry policy of an api
  std::string_view key;   ///< the scope of the count: an event, a business key, "" for the whole run
  std::uint64_t n;
  std::string_view purpose;  ///< "fire", "delay", "jitter": each its own draw
};

/// A 64-bit draw.
constexpr std::uint64_t draw_bits(const DrawKey& k) {
  std::uint64_t h = splitmix64(k.seed);
  h = splitmix64(h ^ hash_text(k.rule));
  h = splitmix64(h ^ hash_text(k.key));
  h = splitmix64(h ^ k.n);
  return splitmix64(h ^ hash_text(k.purpose));
}

/// A draw in [0, 1).
constexpr double draw_unit(const DrawKey& key) {
  return static_cast<double>(draw_bits(key) >> 11) * 0x1.0p-53;
}

// Distributions by their inverse: `u` in [0, 1) is one draw. The sequences of std:: distributions differ
// between libraries, ours do not.
double normal_at(double u);                                  ///< mean 0, deviation 1
double lognormal_at(double u, double median, double sigma);  ///< median * exp(sigma * N)
double exponential_at(double u, double mean);
double pareto_at(double u, double scale, double shape);  ///< scale * (1-u)^(-1/shape); no mean if shape <= 1
constexpr double uniform_at(double u, double low, double high) { return low + u * (high - low); }

/// A stream of luck that belongs to one component (xoshiro256**).
class Random {
 public:
  /// The stream of `name` under `seed`. A new draw in one component does not change another's.
  Random(std::uint64_t seed, std::string_view name);

  std::uint64_t bits();
  double unit();                                              ///< [0, 1)
  std::uint64_t below(std::uint64_t bound);                   ///< [0, bound), bound >= 1, without bias
  std::int64_t between(std::int64_t low, std::int64_t high);  ///< both ends included
  bool chance_permille(int permille) { return below(1000) < static_cast<std::uint64_t>(permille); }

 private:
  std::array<std::uint64_t, 4> state_;
};

}  // namespace kernel
