#pragma once
// What can be set of App Runner.
//
// Source: facts/aws-platform 1.3 to 1.6. AWS publishes no times but that of a request: all others are
// ASSUMPTIONs.
#include <optional>
#include <string>

#include "emulator/compute/compute.h"
#include "emulator/compute/health.h"
#include "emulator/compute/ports.h"

namespace emulator::compute {

/// Whether instances may work while they serve nobody.
enum class Cpu : std::uint8_t {
  WhileActive,  ///< as App Runner: an inactive instance stands still
  Always,
};

struct AppRunnerConfig {
  std::int64_t provisioned_min = 1;                          ///< 1..25, always kept
  std::int64_t active_max = 25;                              ///< >= provisioned_min
  std::int64_t concurrency = 100;                            ///< requests an instance takes at once, 1..200
  kernel::Duration activation = std::chrono::seconds{1};     ///< provisioned to active
  kernel::Duration provisioning = std::chrono::seconds{60};  ///< a new instance until it listens
  kernel::Duration idle_max = std::chrono::seconds{60};      ///< active without requests
  kernel::Duration scale_in = std::chrono::minutes{5};       ///< inactive beyond the minimum
  kernel::Duration request_max = std::chrono::seconds{120};  ///< documented
  kernel::Duration routing = std::chrono::seconds{70};       ///< healthy instances until traffic reaches them
  kernel::Duration grace = std::chrono::seconds{30};         ///< for what an old instance works on
  kernel::Duration operation = std::chrono::minutes{1};      ///< what deploys nothing: pause, delete
  Cpu cpu = Cpu::WhileActive;
  std::optional<HealthConfig> health{};
  /// How its instances are called, with their number behind: "middleware-1".
  std::string name{kServiceName};
  bool is_there = true;  ///< false: a deployment is to bring it up

  Release release() const { return {.limits = {provisioned_min, active_max, concurrency}, .health = health}; }
};

}  // namespace emulator::compute
