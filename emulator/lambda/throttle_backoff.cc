#include "emulator/lambda/throttle_backoff.h"

#include <algorithm>

#include "middleware/kernel/check.h"

namespace emulator::lambda {

std::optional<kernel::Duration> ThrottleBackoff::wait_after(int throttles, kernel::Timestamp now,
                                                            kernel::Timestamp until) const {
  CHECK(throttles >= 1);
  const kernel::Duration wait = std::min(base * (std::int64_t{1} << std::min(throttles - 1, 20)), wait_max);
  if (now + wait >= until) return std::nullopt;
  return wait;
}

}  // namespace emulator::lambda
