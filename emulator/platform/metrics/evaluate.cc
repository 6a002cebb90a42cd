#include "emulator/platform/metrics/evaluate.h"

#include <algorithm>

#include "middleware/kernel/check.h"

namespace emulator::metrics {
namespace {

std::size_t breaching_among_newest(std::span<const Point> points, std::size_t real_max) {
  std::size_t real = 0;
  std::size_t breaching = 0;
  for (std::size_t i = points.size(); i-- > 0 && real < real_max;) {
    if (points[i] == Point::Missing) continue;
    ++real;
    if (points[i] == Point::Breaching) ++breaching;
  }
  return breaching;
}

/// 1 for the newest point.
std::size_t age_of_oldest_breach(std::span<const Point> points) {
  const auto oldest = std::ranges::find(points, Point::Breaching);
  return static_cast<std::size_t>(points.end() - oldest);
}

}  // namespace

std::string_view to_text(Missing missing) {
  switch (missing) {
    case Missing::Missing:
      return "missing";
    case Missing::Ignore:
      return "ignore";
    case Missing::Breaching:
      return "breaching";
    case Missing::NotBreaching:
      return "notBreaching";
  }
  return "missing";
}

std::size_t evaluation_range(std::size_t evaluation_periods) {
  return evaluation_periods + std::max<std::size_t>(evaluation_periods / 3, 2);
}

Evaluation evaluate(std::span<const Point> points, Counts counts, Missing missing, State current) {
  const std::size_t m = counts.datapoints_to_alarm;
  const std::size_t n = counts.evaluation_periods;
  CHECK(m >= 1 && m <= n && points.size() >= n);
  const auto found = std::ranges::count_if(points, [](Point point) { return point != Point::Missing; });
  const std::size_t real = std::min(static_cast<std::size_t>(found), n);
  const std::size_t breaching = breaching_among_newest(points, n);
  const auto decided = [&](bool is_alarm, std::size_t filled) {
    return Evaluation{.state = is_alarm ? State::Alarm : State::Ok, .real = real, .filled = filled};
  };
  const Evaluation kept{.state = current, .real = real, .is_kept = true};

  if (real == n) return decided(breaching >= m, 0);
  const std::size_t filled = n - real;
  if (missing == Missing::Breaching) return decided(breaching + filled >= m, filled);
  if (missing == Missing::NotBreaching) return decided(breaching >= m, filled);
  if (real == 0) {
    if (missing == Missing::Ignore) return kept;
    return Evaluation{.state = State::InsufficientData, .filled = filled};
  }
  if (breaching >= m) return decided(true, 0);
  if (breaching < real) return decided(false, 0);
  // Only breaching and missing points, too few of the former: is it certain that the alarm would go off?
  if (age_of_oldest_breach(points) >= m) return missing == Missing::Missing ? decided(true, 0) : kept;
  // ASSUMPTION: too early to say, so that the state stays.
  return kept;
}

}  // namespace emulator::metrics
