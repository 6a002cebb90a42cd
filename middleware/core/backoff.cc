#include "middleware/core/backoff.h"

#include <algorithm>
#include <cmath>

#include "middleware/kernel/check.h"

namespace core {
namespace {

double smooth(double t) { return std::pow(2.0, t) * std::tanh(std::sqrt(4 * t)); }

double count(kernel::Duration duration) { return static_cast<double>(duration.count()); }

/// Without cap or jitter. Large powers become infinite, which the cap makes finite again.
double grown(const RetryRules& rules, double base, int step_number) {
  const int i = step_number - 1;
  if (!rules.waits.empty()) {
    const auto last = rules.waits.size() - 1;
    return count(rules.waits[std::min(static_cast<std::size_t>(i), last)]);
  }
  return rules.step ? base + count(*rules.step) * i : base * std::pow(rules.factor, i);
}

double decorrelated(const RetryRules& rules, double base, int steps, int retry, const Luck& luck) {
  double previous = base;
  for (int i = retry - steps + 1; i <= retry; ++i)
    previous = std::min(count(rules.wait_max), base + luck.of(i) * (3 * previous - base));
  return previous;
}

double jittered(const RetryRules& rules, double base, int steps, int retry, const Luck& luck) {
  const double cap = count(rules.wait_max);
  const auto rounded = [&rules](double wait) {
    return rules.unit.count() == 1 ? wait : std::round(wait / count(rules.unit)) * count(rules.unit);
  };
  const double d = std::min(cap, rounded(grown(rules, base, steps)));
  const double u = luck.of(retry);
  switch (rules.jitter) {
    case Jitter::Full:
      return u * d;
    case Jitter::Equal:
      return d / 2 + u * d / 2;
    case Jitter::None:
      return d;
    case Jitter::Symmetric: {
      const double low = d * (1 - rules.symmetric_share);
      return low + u * (std::min(cap, d * (1 + rules.symmetric_share)) - low);
    }
    case Jitter::Stretched:
      return std::min(cap, rounded((1 + u) * grown(rules, base, steps)));
    case Jitter::Decorrelated:
      return decorrelated(rules, base, steps, retry, luck);
    case Jitter::DecorrelatedSmooth: {
      const double before = steps == 1 ? 0 : smooth(steps - 2 + luck.of(retry - 1));
      return std::clamp((smooth(steps - 1 + u) - before) * base / 1.4, 0.0, cap);
    }
  }
  return d;
}

}  // namespace

double Luck::of(int retry) const {
  const double u = draw_(retry);
  CHECK(u >= 0 && u < 1);
  return u;
}

kernel::Duration backoff(const RetryRules& rules, kernel::Duration base, int retry, const Luck& luck) {
  CHECK(retry >= 1);
  if (rules.first_at_once && retry == 1) return kernel::Duration{0};
  const int steps = rules.first_at_once ? retry - 1 : retry;
  return kernel::Duration{std::llround(jittered(rules, count(base), steps, retry, luck))};
}

}  // namespace core
