#pragma once
// What a target tracking policy is told.
//
// Source: facts/aws-platform 1.9 "Target tracking".
#include <cstdint>

#include "middleware/kernel/time.h"

namespace emulator::scaling {

enum class TrackedMetric : std::uint8_t {
  Cpu,                ///< ECSServiceAverageCPUUtilization
  RequestsPerTarget,  ///< ALBRequestCountPerTarget, of a minute
};

struct TrackingConfig {
  TrackedMetric metric = TrackedMetric::Cpu;
  double target = 60;  ///< of Express Mode: percent, or requests
  kernel::Duration out_cooldown = std::chrono::seconds{300};
  kernel::Duration in_cooldown = std::chrono::seconds{300};
  bool is_in_disabled = false;  ///< then it only scales out
  /// Points of a minute that its two alarms want, all of them, and the share of the target below which the
  /// low one is. ASSUMPTION: observed by users, and not theirs to set.
  std::int64_t high_points = 3;
  std::int64_t low_points = 15;
  double low_share = 0.9;
};

}  // namespace emulator::scaling
