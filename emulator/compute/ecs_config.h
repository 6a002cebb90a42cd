#pragma once
// What the profile ecs-alb can be told: an ECS service of Fargate tasks behind an Application Load Balancer.
//
// Source: facts/aws-platform 1.9.
#include <cstdint>
#include <string>

#include "middleware/kernel/time.h"

namespace emulator::compute {

/// Of the target group.
struct HealthCheckConfig {
  /// Of ALB "/", of Express Mode "/ping"; the middleware answers this one.
  std::string path = "/health";
  kernel::Duration interval = std::chrono::seconds{30};  ///< 5 s..300 s
  kernel::Duration timeout = std::chrono::seconds{6};    ///< below the interval
  int healthy = 5;                                       ///< passes in a row of an unhealthy target, 2..10
  int unhealthy = 2;                                     ///< failures in a row, 2..10
};

/// ASSUMPTION: a task works on requests in the order in which they come, each costs the same CPU time before
/// its flow begins, and nothing else costs any. What comes faster waits: overload is latency.
struct TaskCapacity {
  double vcpu = 1;  ///< 0.25..16; twice as many work twice as fast
  kernel::Duration cpu_per_request = std::chrono::milliseconds{10};
};

/// A new revision of the service, as Express Mode brings it out.
struct CanaryConfig {
  double share = 0.05;                              ///< of the requests, while it is tried
  kernel::Duration bake = std::chrono::minutes{3};  ///< with that share, and again with all of them
  double failures_max = 0.01;                       ///< 4xx and 5xx among all answers of a minute
  int datapoints = 2;                               ///< so many minutes above that of `minutes`: back
  int minutes = 3;
};

struct EcsAlbConfig {
  std::int64_t tasks_min = 1;  ///< ASSUMPTION: Express Mode's defaults are not known
  std::int64_t tasks_max = 20;
  TaskCapacity task{};
  /// ASSUMPTION: image, network interface and start, until the task listens; commonly 30 s to 90 s.
  kernel::Duration start_time = std::chrono::seconds{60};
  kernel::Duration stop_grace = std::chrono::seconds{30};    ///< SIGTERM to SIGKILL
  kernel::Duration idle_timeout = std::chrono::seconds{60};  ///< the target does not answer: 504
  kernel::Duration deregistration_delay = std::chrono::seconds{300};
  HealthCheckConfig health{};
  CanaryConfig canary{};
};

}  // namespace emulator::compute
