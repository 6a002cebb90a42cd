// What clients see of the service and do to it.
#include <algorithm>

#include "emulator/compute/ecs_service.h"

namespace emulator::compute {

std::vector<EcsTaskInfo> EcsService::list_tasks() const {
  std::vector<EcsTaskInfo> all;
  for (const auto& member : members_) {
    EcsTaskInfo info{.number = member->number,
                     .revision = member->revision,
                     .last_status = "RUNNING",
                     .desired_status = is_leaving(*member) ? "STOPPED" : "RUNNING",
                     .health = "UNKNOWN",
                     .created = member->created};
    switch (member->state) {
      case State::Pending:
        info.last_status = "PENDING";
        break;
      case State::Initial:
        info.last_status = "ACTIVATING";
        break;
      case State::Healthy:
        info.health = "HEALTHY";
        break;
      case State::Unhealthy:
      case State::Crashed:
        info.health = "UNHEALTHY";
        break;
      case State::Draining:
        info.last_status = "DEACTIVATING";
        break;
      case State::Stopping:
      case State::Stopped:
        info.last_status = "STOPPING";
        break;
    }
    all.push_back(info);
  }
  return all;
}

bool EcsService::begin_deployment() {
  if (is_deploying()) return false;
  deployments_.spawn(deploy(false));
  return true;
}

bool EcsService::stop_task(std::int64_t number) {
  Member* member = find(number);
  if (member == nullptr || is_leaving(*member)) return false;
  stop(*member, "StopTask");
  reconcile("a task was stopped");
  return true;
}

}  // namespace emulator::compute
