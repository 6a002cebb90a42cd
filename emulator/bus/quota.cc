#include "emulator/bus/quota.h"

#include <algorithm>
#include <cmath>

#include "middleware/kernel/check.h"

namespace emulator::bus {

Quota::Quota(std::optional<double> per_second) {
  if (!per_second) return;
  CHECK(*per_second > 0 && *per_second <= 1e9);
  interval_ = kernel::Duration{std::llround(1e9 / *per_second)};
}

bool Quota::take(kernel::Timestamp now) {
  if (interval_ == kernel::Duration::zero()) return true;
  // What a second holds may come at once, and at least one call.
  const kernel::Duration burst = std::max<kernel::Duration>(std::chrono::seconds{1}, interval_);
  const kernel::Timestamp filled = std::max(next_even_, now) + interval_;
  if (filled - now > burst) return false;
  next_even_ = filled;
  return true;
}

}  // namespace emulator::bus
