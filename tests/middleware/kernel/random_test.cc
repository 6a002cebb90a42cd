#include "middleware/kernel/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <set>
#include <string>
#include <vector>

namespace kernel {
namespace {

// Check values are printed with few digits: equal means equal in those digits.
std::string digits(double value, int after_point) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", after_point, value);
  return text;
}

TEST(SplitMix, HasItsPublishedValues) {
  static_assert(splitmix64(0) == 0xe220a8397b1dcdafULL);
  static_assert(splitmix64(1) == 0x910a2dec89025cc1ULL);
}

TEST(DrawKey, EveryPartChangesTheDraw) {
  const DrawKey base{.seed = 1, .rule = "r", .key = "k", .n = 1, .purpose = "fire"};
  DrawKey other_seed = base, other_rule = base, other_key = base, other_n = base, other_purpose = base,
          swapped = base;
  other_seed.seed = 2;
  other_rule.rule = "s";
  other_key.key = "l";
  other_n.n = 2;
  other_purpose.purpose = "delay";
  std::swap(swapped.rule, swapped.key);
  const std::set<std::uint64_t> draws = {
      draw_bits(base),    draw_bits(other_seed),    draw_bits(other_rule), draw_bits(other_key),
      draw_bits(other_n), draw_bits(other_purpose), draw_bits(swapped)};
  EXPECT_EQ(draws.size(), 7U);
  EXPECT_EQ(draw_bits(base), draw_bits(base));
}

TEST(DrawKey, GivesTheSameDrawOnEveryMachine) {
  EXPECT_EQ(hash_text(""), splitmix64(0xCBF29CE484222325ULL));
  EXPECT_EQ(hash_text("a"), splitmix64(0xaf63dc4c8601ec8cULL));  // FNV-1a of "a"
  const DrawKey key{.seed = 7, .rule = "payments", .key = "SO-1", .n = 3, .purpose = "fire"};
  EXPECT_EQ(draw_bits(key), 0x3356652b12e74498ULL);
}

// Independent draws with p = 1/2 each coincide half the time: 100 000 of them lie within six deviations
// (950).
TEST(DrawKey, DrawsOfTwoPurposesAreIndependent) {
  int both = 0;
  int first = 0;
  int second = 0;
  for (std::uint64_t n = 1; n <= 100'000; ++n) {
    const bool fire = draw_unit({.seed = 1, .rule = "r", .key = "", .n = n, .purpose = "fire"}) < 0.5;
    const bool delay = draw_unit({.seed = 1, .rule = "r", .key = "", .n = n, .purpose = "delay"}) < 0.5;
    first += fire;
    second += delay;
    both += fire == delay;
  }
  for (const int count : {first, second, both}) {
    EXPECT_GT(count, 49'050);
    EXPECT_LT(count, 50'950);
  }
}

TEST(Normal, IsSymmetricAndHasTheTabulatedQuantiles) {
  struct Case {
    double u;
    const char* value;
  };
  const Case cases[] = {{0.5, "0.000000"},   {0.841344746068543, "1.000000"},
                        {0.9, "1.281552"},   {0.975, "1.959964"},
                        {0.99, "2.326348"},  {0.999, "3.090232"},
                        {0.01, "-2.326348"}, {0.0001, "-3.719016"}};
  for (const Case& c : cases) EXPECT_EQ(digits(normal_at(c.u) + 0.0, 6), c.value);
  for (const double u : {0.25, 0.125, 0.0625, 0.015625, 0x1.0p-20}) {
    EXPECT_EQ(digits(normal_at(u), 9), digits(-normal_at(1 - u), 9)) << u;  // both u and 1-u are exact
  }
}

TEST(Normal, IsFiniteAtTheEndsAndRises) {
  EXPECT_TRUE(std::isfinite(normal_at(0)));
  EXPECT_TRUE(std::isfinite(normal_at(1 - 0x1.0p-53)));
  EXPECT_LT(normal_at(0), -8);
  double last = normal_at(0);
  for (int i = 1; i < 1000; ++i) {
    const double here = normal_at(i / 1000.0);
    EXPECT_GT(here, last) << i;
    last = here;
  }
}

TEST(Distributions, HaveTheQuantilesOfTheirInverse) {
  EXPECT_EQ(digits(lognormal_at(0.5, 90, 0.1), 2), "90.00");
  EXPECT_EQ(digits(lognormal_at(0.9, 90, 0.1), 2), "102.31");
  EXPECT_EQ(digits(lognormal_at(0.99, 90, 0.1), 2), "113.57");
  EXPECT_EQ(digits(lognormal_at(0.9, 200, 0.5), 1), "379.6");
  EXPECT_EQ(digits(lognormal_at(0.99, 200, 0.5), 1), "640.0");
  EXPECT_EQ(digits(pareto_at(0, 100, 2.5), 1), "100.0");
  EXPECT_EQ(digits(pareto_at(0.5, 100, 2.5), 1), "132.0");
  EXPECT_EQ(digits(pareto_at(0.99, 100, 2.5), 1), "631.0");
  EXPECT_EQ(digits(exponential_at(0, 50), 1), "0.0");
  EXPECT_EQ(digits(exponential_at(0.5, 50), 4), "34.6574");
  EXPECT_EQ(digits(uniform_at(0, 20, 80), 1), "20.0");
  EXPECT_EQ(digits(uniform_at(0.75, 20, 80), 1), "65.0");
}

// The midpoints of 100 000 equal slices stand for every draw: their mean is the distribution's, without luck.
TEST(Distributions, HaveTheirMeans) {
  constexpr int kSlices = 100'000;
  const auto mean = [](auto inverse) {
    double sum = 0;
    for (int i = 0; i < kSlices; ++i) sum += inverse((i + 0.5) / kSlices);
    return sum / kSlices;
  };
  EXPECT_EQ(digits(mean([](double u) { return lognormal_at(u, 90, 0.1); }), 2), "90.45");
  EXPECT_EQ(digits(mean([](double u) { return lognormal_at(u, 200, 0.5); }), 1), "226.6");
  EXPECT_EQ(digits(mean([](double u) { return exponential_at(u, 50); }), 1), "50.0");
}

// 100 000 keyed draws are one fixed sample: its quantiles are within one percent of the formula's, for this
// seed.
TEST(Distributions, KeyedDrawsFollowThem) {
  std::vector<double> drawn;
  for (std::uint64_t n = 1; n <= 100'000; ++n) {
    drawn.push_back(lognormal_at(
        draw_unit({.seed = 42, .rule = "latency", .key = "", .n = n, .purpose = "delay"}), 200, 0.5));
  }
  std::ranges::sort(drawn);
  const auto percent_off = [&drawn](double u) {
    const double exact = lognormal_at(u, 200, 0.5);
    return static_cast<int>(100 * std::abs(drawn[static_cast<std::size_t>(u * 100'000)] - exact) / exact);
  };
  EXPECT_EQ(percent_off(0.1), 0);
  EXPECT_EQ(percent_off(0.5), 0);
  EXPECT_EQ(percent_off(0.9), 0);
  EXPECT_EQ(percent_off(0.99), 0);
}

TEST(Random, StreamsOfOneSeedDifferByName) {
  Random relay(7, "relay"), again(7, "relay"), mocks(7, "mocks"), other_seed(8, "relay");
  const std::uint64_t first = relay.bits();
  EXPECT_EQ(first, again.bits());
  EXPECT_NE(first, mocks.bits());
  EXPECT_NE(first, other_seed.bits());
}

TEST(Random, StaysWithinItsBounds) {
  Random random(1, "bounds");
  std::set<std::uint64_t> below;
  std::set<std::int64_t> between;
  for (int i = 0; i < 1000; ++i) {
    below.insert(random.below(3));
    between.insert(random.between(-1, 1));
    EXPECT_EQ(random.below(1), 0U);
    EXPECT_EQ(random.between(5, 5), 5);
    EXPECT_FALSE(random.chance_permille(0));
    EXPECT_TRUE(random.chance_permille(1000));
    const double unit = random.unit();
    EXPECT_TRUE(unit >= 0 && unit < 1);
  }
  EXPECT_EQ(below, (std::set<std::uint64_t>{0, 1, 2}));
  EXPECT_EQ(between, (std::set<std::int64_t>{-1, 0, 1}));
  random.between(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
}

}  // namespace
}  // namespace kernel
