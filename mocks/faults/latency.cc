#include "mocks/faults/latency.h"

#include <algorithm>
#include <cmath>

#include "middleware/kernel/random.h"

namespace mocks {
namespace {

double ratio(kernel::Duration a, kernel::Duration b) {
  return static_cast<double>(a.count()) / static_cast<double>(b.count());
}

/// Linear between the points; before the first and behind the last nothing moves.
double empirical_at(const LatencyLaw& law, double u) {
  const auto next = std::ranges::find_if(law.points, [u](const auto& point) { return point.first >= u; });
  if (next == law.points.begin()) return static_cast<double>(next->second.count());
  const auto& [low, from] = *std::prev(next);
  if (next == law.points.end()) return static_cast<double>(from.count());
  const double share = (u - low) / (next->first - low);
  return static_cast<double>(from.count()) + share * static_cast<double>((next->second - from).count());
}

}  // namespace

double sigma_of_mean(kernel::Duration median, kernel::Duration mean) {
  return std::sqrt(2 * std::log(ratio(mean, median)));
}

double sigma_of_p99(kernel::Duration median, kernel::Duration p99) {
  constexpr double kNormalP99 = 2.3263478740408408;
  return std::log(ratio(p99, median)) / kNormalP99;
}

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
    case LatencyKind::Empirical:
      nanos = empirical_at(law, u);
      break;
  }
  if (law.at_most) nanos = std::min(nanos, static_cast<double>(law.at_most->count()));
  constexpr double kDay = 86'400e9;  // a heavy tail must not leave the range of the clock
  return kernel::Duration{std::llround(std::clamp(nanos, 0.0, kDay) / 1000) * 1000};
}

}  // namespace mocks
