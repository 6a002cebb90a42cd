#include "emulator/platform/access/rate_limit.h"

#include <algorithm>
#include <cmath>

#include "middleware/kernel/check.h"

namespace emulator::access {

RateLimit::RateLimit(double per_second) {
  CHECK(per_second > 0);
  interval_ = kernel::Duration{std::llround(1e9 / per_second)};
  const auto burst = std::max<std::int64_t>(1, static_cast<std::int64_t>(per_second));
  depth_ = interval_ * (burst - 1);
}

bool RateLimit::admit(kernel::Timestamp now) {
  const kernel::Timestamp full_at = std::max(full_at_, now);
  if (full_at - now > depth_) return false;
  full_at_ = full_at + interval_;
  return true;
}

}  // namespace emulator::access
