#include "mocks/faults/latency.h"

#include <algorithm>
#include <cmath>

#include "middleware/kernel/random.h"

namespace mocks {

kernel::Duration sample(const LatencyLaw& law, double u) {
  if (law.kind == LatencyKind::Fixed) return law.first;
  const auto first = static_cast<double>(law.first.count());
  double nanos = 0;
  switch (law.kind) {
    case LatencyKind::Fixed:
      break;
    case LatencyKind::Uniform:
      nanos = kernel::uniform_at(u, first, static_cast<double>(law.second.count()));
      break;
    case LatencyKind::Normal:
      nanos = first + static_cast<double>(law.second.count()) * kernel::normal_at(u);
      break;
    case LatencyKind::Lognormal:
      nanos = kernel::lognormal_at(u, first, law.shape);
      break;
    case LatencyKind::Exponential:
      nanos = kernel::exponential_at(u, first);
      break;
    case LatencyKind::Pareto:
      nanos = kernel::pareto_at(u, first, law.shape);
      break;
  }
  if (law.at_most) nanos = std::min(nanos, static_cast<double>(law.at_most->count()));
  constexpr double kDay = 86'400e9;  // a heavy tail must not leave the range of the clock
  return kernel::Duration{std::llround(std::clamp(nanos, 0.0, kDay) / 1000) * 1000};
}

}  // namespace mocks
