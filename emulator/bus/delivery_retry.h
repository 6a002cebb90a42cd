#pragma once
// When EventBridge tries a target again, and when it gives the event up.
//
// Source: facts/aws-delivery 1.6. The curve is unpublished: base, cap and jitter are settings.
#include <optional>
#include <string_view>

#include "middleware/kernel/time.h"

namespace emulator::bus {

struct DeliveryRetryConfig {
  std::int64_t attempts_max = 185;                          ///< retries, 0..185
  kernel::Duration event_age_max = std::chrono::hours{24};  ///< 1 min..24 h
  kernel::Duration base = std::chrono::seconds{1};          ///< ASSUMPTION: doubling from here
  kernel::Duration wait_max = std::chrono::seconds{512};    ///< ASSUMPTION: up to here
  double jitter = 0.5;  ///< 0..1, ASSUMPTION: up to this share of a wait is taken away by luck
};

struct DeliveryDecision {
  std::optional<kernel::Duration> wait{};
  std::string_view
      exhausted{};  ///< "MaximumRetryAttempts" or "MaximumEventAgeInSeconds", when there is no wait
};

/// After the `failures`-th failure (1, 2, ...) of an event of that age; `luck` in [0, 1) is the jitter's
/// draw.
DeliveryDecision after_failure(const DeliveryRetryConfig& config, int failures, kernel::Duration event_age,
                               double luck);

}  // namespace emulator::bus
