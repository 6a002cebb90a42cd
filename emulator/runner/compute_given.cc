#include "emulator/runner/compute_given.h"

#include "emulator/compute/ecs_service.h"

namespace emulator::runner {

std::int64_t ComputeGiven::instances_max() const {
  switch (profile) {
    case ComputeProfile::AppRunner:
      return app_runner.active_max;
    case ComputeProfile::EcsAlb:
      // A task that was replaced is followed by one of a higher number.
      return 10 * ecs_alb.tasks_max;
  }
  return 0;
}

std::unique_ptr<compute::Compute> make_compute(const ComputeGiven& given, std::uint64_t seed,
                                               kernel::Scheduler& scheduler, kernel::Journal& journal,
                                               compute::InstanceFactory& factory) {
  switch (given.profile) {
    case ComputeProfile::AppRunner:
      return std::make_unique<compute::AppRunner>(given.app_runner, scheduler, journal, factory, seed);
    case ComputeProfile::EcsAlb:
      return std::make_unique<compute::EcsService>(given.ecs_alb, seed, scheduler, journal, factory);
  }
  return nullptr;
}

}  // namespace emulator::runner
