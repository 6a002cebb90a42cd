#include "emulator/bus/delivery_retry.h"

#include <algorithm>
#include <cmath>

#include "middleware/kernel/check.h"

namespace emulator::bus {

DeliveryDecision after_failure(const DeliveryRetryConfig& config, int failures, kernel::Duration event_age,
                               double luck) {
  CHECK(failures >= 1);
  if (failures > config.attempts_max) return {.exhausted = "MaximumRetryAttempts"};
  const double grown = static_cast<double>(config.base.count()) * std::exp2(std::min(failures - 1, 60));
  const double capped = std::min(grown, static_cast<double>(config.wait_max.count()));
  const kernel::Duration wait{std::llround(capped * (1 - config.jitter * (1 - luck)))};
  if (event_age + wait > config.event_age_max) return {.exhausted = "MaximumEventAgeInSeconds"};
  return {.wait = wait};
}

}  // namespace emulator::bus
