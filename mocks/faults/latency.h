#pragma once
// How long something takes, by a law and one keyed draw.
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "middleware/kernel/time.h"

namespace mocks {

enum class LatencyKind : std::uint8_t { Fixed, Uniform, Normal, Lognormal, Exponential, Pareto, Empirical };

/// Facts: mocks-and-faults 5. Sampled by the inverse of the distribution, rounded to whole microseconds,
/// never negative.
struct LatencyLaw {
  LatencyKind kind = LatencyKind::Fixed;
  kernel::Duration first{};                   ///< fixed value | low | mean | median | mean | scale
  kernel::Duration second{};                  ///< uniform: high; normal: deviation
  double shape = 0;                           ///< lognormal: sigma; pareto: alpha
  std::optional<kernel::Duration> at_most{};  ///< cut off here
  std::vector<std::pair<double, kernel::Duration>> points{};  ///< empirical: quantile and value, both rising
};

/// sigma of the lognormal law with this mean, or this 99th percentile; both at least the median.
double sigma_of_mean(kernel::Duration median, kernel::Duration mean);
double sigma_of_p99(kernel::Duration median, kernel::Duration p99);

/// `u` in [0, 1).
kernel::Duration sample(const LatencyLaw& law, double u);

}  // namespace mocks
