#pragma once
// Where the middleware runs, as `given.compute` says it: the platform is the profile's, and each has settings
// of its own.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "emulator/compute/app_runner.h"
#include "emulator/compute/ecs_config.h"
#include "emulator/platform/scaling/tracking_config.h"
#include "emulator/runner/process_given.h"
#include "middleware/config/middleware_file.h"

namespace emulator::runner {

enum class ComputeProfile : std::uint8_t { AppRunner, EcsAlb };

/// Instances that are processes.
struct ComputeProcess {
  ProcessGiven process{};
  std::string middleware{};  ///< the middleware's file as the scenario puts it together, JSON
};

struct ComputeGiven {
  ComputeProfile profile = ComputeProfile::AppRunner;
  compute::AppRunnerConfig app_runner{};             ///< of that profile
  compute::EcsAlbConfig ecs_alb{};                   ///< of that profile
  std::optional<scaling::TrackingConfig> scaling{};  ///< of ecs-alb; nothing: the count of tasks stays
  config::MiddlewareFile middleware{};
  std::optional<ComputeProcess> process{};  ///< nothing: the service that is built in

  /// Names of instances end in a number up to this: of those that a scenario may name.
  std::int64_t instances_max() const;
};

/// The references outlive it.
std::unique_ptr<compute::Compute> make_compute(const ComputeGiven& given, std::uint64_t seed,
                                               kernel::Scheduler& scheduler, kernel::Journal& journal,
                                               compute::InstanceFactory& factory);

}  // namespace emulator::runner
