#pragma once
// When a target of a load balancer counts as healthy.
//
// Source: facts/aws-platform 1.9, "ALB": the first pass behind its registration suffices.
#include <cstdint>
#include <string_view>

#include "emulator/compute/ecs_config.h"

namespace emulator::compute {

enum class TargetState : std::uint8_t { Initial, Healthy, Unhealthy, Draining };

class TargetHealth {
 public:
  TargetHealth(const HealthCheckConfig& config, TargetState health) : config_(config), health_(health) {}

  TargetState now() const { return health_; }
  /// It takes no more requests, whatever its checks say.
  void drain() { health_ = TargetState::Draining; }

  /// One more check has ended. Whether its health is another now.
  bool note(bool has_passed) {
    passed_ = has_passed ? passed_ + 1 : 0;
    failed_ = has_passed ? 0 : failed_ + 1;
    const TargetState before = health_;
    if (health_ == TargetState::Initial && has_passed) health_ = TargetState::Healthy;
    if (health_ == TargetState::Unhealthy && passed_ >= config_.healthy) health_ = TargetState::Healthy;
    const bool counts = health_ == TargetState::Healthy || health_ == TargetState::Initial;
    if (counts && failed_ >= config_.unhealthy) health_ = TargetState::Unhealthy;
    return health_ != before;
  }

 private:
  const HealthCheckConfig& config_;
  TargetState health_;
  int passed_ = 0;  ///< in a row
  int failed_ = 0;
};

}  // namespace emulator::compute
