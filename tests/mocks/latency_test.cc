#include "mocks/faults/latency.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "middleware/kernel/random.h"

namespace mocks {
namespace {

using kernel::Duration;
using namespace std::chrono_literals;

// facts/mocks-and-faults 5: the check values, to the hundredth of a millisecond. 1 s stands for 1 ms so that
// the rounding to microseconds does not show.
TEST(Latency, HasTheQuantilesOfItsLaw) {
  struct Case {
    const char* name;
    LatencyLaw law;
    double u;
    double seconds;
    double within;
  };
  const LatencyLaw steady{.kind = LatencyKind::Lognormal, .first = 90s, .shape = 0.1};
  const LatencyLaw wide{.kind = LatencyKind::Lognormal, .first = 200s, .shape = 0.5};
  const LatencyLaw heavy{.kind = LatencyKind::Pareto, .first = 100s, .shape = 2.5};
  const Case cases[] = {{"lognormal(90, 0.1) p50", steady, 0.5, 90, 0.005},
                        {"lognormal(90, 0.1) p90", steady, 0.9, 102.31, 0.005},
                        {"lognormal(90, 0.1) p99", steady, 0.99, 113.57, 0.005},
                        {"lognormal(200, 0.5) p90", wide, 0.9, 379.6, 0.05},
                        {"lognormal(200, 0.5) p99", wide, 0.99, 640.0, 0.05},
                        {"pareto(100, 2.5) p50", heavy, 0.5, 132.0, 0.05},
                        {"pareto(100, 2.5) p99", heavy, 0.99, 631.0, 0.05}};
  for (const Case& c : cases) {
    EXPECT_NEAR(static_cast<double>(sample(c.law, c.u).count()) * 1e-9, c.seconds, c.within) << c.name;
  }
}

TEST(Latency, HasTheMeanOfItsLaw) {
  struct Case {
    const char* name;
    LatencyLaw law;
    double mean;  ///< seconds
  };
  const Case cases[] = {
      {"lognormal(90, 0.1)", {.kind = LatencyKind::Lognormal, .first = 90s, .shape = 0.1}, 90.45},
      {"lognormal(200, 0.5)", {.kind = LatencyKind::Lognormal, .first = 200s, .shape = 0.5}, 226.6},
      {"pareto(100, 2.5)", {.kind = LatencyKind::Pareto, .first = 100s, .shape = 2.5}, 166.7},
      {"exponential(50)", {.kind = LatencyKind::Exponential, .first = 50s}, 50},
      {"uniform(10, 30)", {.kind = LatencyKind::Uniform, .first = 10s, .second = 30s}, 20},
      {"normal(100, 10)", {.kind = LatencyKind::Normal, .first = 100s, .second = 10s}, 100}};
  for (const Case& c : cases) {
    constexpr std::uint64_t kDraws = 100'000;
    double sum = 0;
    for (std::uint64_t n = 1; n <= kDraws; ++n) {
      sum +=
          static_cast<double>(sample(c.law, kernel::draw_unit({7, c.name, "", n, "delay"})).count()) * 1e-9;
    }
    // The same 100,000 draws every time: one per cent is the law's, not the run's, tolerance.
    EXPECT_NEAR(sum / kDraws, c.mean, c.mean * 0.01) << c.name;
  }
}

// facts/mocks-and-faults 5: what 100,000 keyed draws look like, not the formula asked at one place.
TEST(Latency, DrawsHaveTheQuantilesOfTheirLaw) {
  struct Quantile {
    double share;
    double seconds;
  };
  struct Case {
    const char* name;
    LatencyLaw law;
    std::vector<Quantile> quantiles;
  };
  const auto lognormal = [](Duration median, double sigma) {
    return LatencyLaw{.kind = LatencyKind::Lognormal, .first = median, .shape = sigma};
  };
  const Case cases[] = {
      {"lognormal(90, 0.1)", lognormal(90s, 0.1), {{0.5, 90}, {0.9, 102.31}, {0.99, 113.57}}},
      {"lognormal(200, 0.5)", lognormal(200s, 0.5), {{0.5, 200}, {0.9, 379.6}, {0.99, 640.0}}},
      {"by mean", lognormal(200s, sigma_of_mean(200s, 250s)), {{0.5, 200}}},
      {"by p99", lognormal(200s, sigma_of_p99(200s, 800s)), {{0.5, 200}, {0.99, 800}}},
      {"pareto(100, 2.5)",
       {.kind = LatencyKind::Pareto, .first = 100s, .shape = 2.5},
       {{0.5, 132.0}, {0.99, 631.0}}},
      {"uniform(10, 30)",
       {.kind = LatencyKind::Uniform, .first = 10s, .second = 30s},
       {{0.1, 12}, {0.5, 20}, {0.9, 28}}},
      // ln 2, ln 10 and ln 100 times the mean; 1.2816 and 2.3263 deviations.
      {"exponential(50)",
       {.kind = LatencyKind::Exponential, .first = 50s},
       {{0.5, 34.66}, {0.9, 115.13}, {0.99, 230.26}}},
      {"normal(100, 10)",
       {.kind = LatencyKind::Normal, .first = 100s, .second = 10s},
       {{0.5, 100}, {0.9, 112.82}, {0.99, 123.26}}},
      {"empirical",
       {.kind = LatencyKind::Empirical, .points = {{0.5, 20s}, {0.9, 60s}, {0.99, 240s}}},
       {{0.5, 20}, {0.7, 40}, {0.9, 60}}}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    constexpr std::size_t kDraws = 100'000;
    std::vector<double> drawn;
    for (std::uint64_t n = 1; n <= kDraws; ++n) {
      const double u = kernel::draw_unit({7, c.name, "", n, "delay"});
      drawn.push_back(static_cast<double>(sample(c.law, u).count()) * 1e-9);
    }
    std::ranges::sort(drawn);
    for (const Quantile& q : c.quantiles) {
      const double found = drawn.at(static_cast<std::size_t>(q.share * kDraws));
      // The same draws every time: two per cent are the law's, not the run's, tolerance.
      EXPECT_NEAR(found, q.seconds, q.seconds * 0.02) << q.share;
    }
  }
}

TEST(Latency, IsExactAtTheEdges) {
  struct Case {
    const char* name;
    LatencyLaw law;
    double u;
    Duration expected;
  };
  const Case cases[] = {
      {"fixed", {.first = 40ms}, 0.9, 40ms},
      {"uniform, low end", {.kind = LatencyKind::Uniform, .first = 20ms, .second = 80ms}, 0, 20ms},
      {"uniform, middle", {.kind = LatencyKind::Uniform, .first = 20ms, .second = 80ms}, 0.5, 50ms},
      {"normal, mean", {.kind = LatencyKind::Normal, .first = 20ms, .second = 5ms}, 0.5, 20ms},
      {"normal is never negative", {.kind = LatencyKind::Normal, .first = 1ms, .second = 100ms}, 0.01, 0ms},
      {"lognormal, median", {.kind = LatencyKind::Lognormal, .first = 40ms, .shape = 0.5}, 0.5, 40ms},
      {"lognormal, cut off",
       {.kind = LatencyKind::Lognormal, .first = 40ms, .shape = 0.5, .at_most = 100ms},
       0.9999,
       100ms},
      {"exponential, begin", {.kind = LatencyKind::Exponential, .first = 40ms}, 0, 0ms},
      {"pareto, scale", {.kind = LatencyKind::Pareto, .first = 40ms, .shape = 1.2}, 0, 40ms},
      {"a heavy tail stays within a day",
       {.kind = LatencyKind::Pareto, .first = 1h, .shape = 0.1},
       0.999,
       24h},
      {"whole microseconds", {.kind = LatencyKind::Uniform, .first = 0ns, .second = 1001ns}, 0.999, 1us},
  };
  for (const Case& c : cases) EXPECT_EQ(sample(c.law, c.u), c.expected) << c.name;
}

// facts/mocks-and-faults 5: the other spellings of the lognormal law.
TEST(Latency, HasTheSigmaOfItsSpelling) {
  EXPECT_NEAR(sigma_of_mean(200ms, 250ms), 0.6680, 0.00005);
  EXPECT_NEAR(sigma_of_p99(200ms, 800ms), 0.5959, 0.00005);
}

TEST(Latency, GoesAlongItsPercentiles) {
  const LatencyLaw law{.kind = LatencyKind::Empirical, .points = {{0.5, 20ms}, {0.9, 60ms}, {0.99, 240ms}}};
  struct Case {
    double u;
    Duration value;
  };
  for (const Case& c : {Case{0, 20ms}, Case{0.5, 20ms}, Case{0.7, 40ms}, Case{0.9, 60ms}, Case{0.945, 150ms},
                        Case{0.99, 240ms}, Case{0.999, 240ms}}) {
    EXPECT_EQ(sample(law, c.u), c.value) << c.u;
  }
}

}  // namespace
}  // namespace mocks
