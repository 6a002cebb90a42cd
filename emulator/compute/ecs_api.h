#pragma once
// What a control plane may ask of an ECS service that runs here: its tasks, how many there are to be, a new
// deployment, an end of one of them.
//
// Source: facts/aws-platform 1.9.
#include <cstdint>
#include <string_view>
#include <vector>

#include "emulator/compute/scaled_service.h"
#include "middleware/kernel/time.h"

namespace emulator::compute {

/// Tasks of a service, AWS's quota.
inline constexpr std::int64_t kTasksMax = 5000;

struct EcsTaskInfo {
  std::int64_t number = 0;          ///< 1, 2, ...: "middleware-1"
  int revision = 1;                 ///< of the service: a deployment makes the next
  std::string_view last_status;     ///< "PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPING"
  std::string_view desired_status;  ///< "RUNNING" or "STOPPED"
  std::string_view health;          ///< "HEALTHY", "UNHEALTHY", "UNKNOWN"
  kernel::Timestamp created{};
};

class EcsApi : public ScaledService {
 public:
  /// By number; those that have stopped are not among them.
  virtual std::vector<EcsTaskInfo> list_tasks() const = 0;
  /// False: one is under way.
  virtual bool begin_deployment() = 0;
  /// False: there is no such task. Another is started in its place.
  virtual bool stop_task(std::int64_t number) = 0;
};

}  // namespace emulator::compute
