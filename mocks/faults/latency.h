#pragma once
// How long something takes, by a law and one keyed draw.
#include <cstdint>
#include <optional>

#include "middleware/kernel/time.h"

namespace mocks {

enum class LatencyKind : std::uint8_t { Fixed, Uniform, Normal, Lognormal, Exponential, Pareto };

/// Facts: mocks-and-faults 5. Sampled by the inverse of the distribution, rounded to whole microseconds,
/// never negative.
struct LatencyLaw {
  LatencyKind kind = LatencyKind::Fixed;
  kernel::Duration first{};                   ///< fixed value | low | mean | median | mean | scale
  kernel::Duration second{};                  ///< uniform: high; normal: deviation
  double shape = 0;                           ///< lognormal: sigma; pareto: alpha
  std::optional<kernel::Duration> at_most{};  ///< cut off here
};

/// `u` in [0, 1).
kernel::Duration sample(const LatencyLaw& law, double u);

}  // namespace mocks
