#pragma once
// AWS/ApplicationELB and AWS/ECS: what the load balancer tells of its requests, and how its targets and tasks
// do, minute by minute.
//
// Source: facts/aws-platform 1.9. ASSUMPTION: a number belongs to the minute in which it became known; of
// codes that there were none is 0 where there was a request; the CPU of a task that began to run within the
// minute is that of its part of it.
#include <cstdint>
#include <optional>
#include <string_view>

#include "emulator/compute/scaled_service.h"
#include "emulator/platform/metrics/store.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::metrics {

/// Dimensions of the one service behind the one load balancer.
inline constexpr std::string_view kLoadBalancer = "app/middleware/0123456789abcdef";
inline constexpr std::string_view kTargetGroup = "targetgroup/middleware/0123456789abcdef";
inline constexpr std::string_view kCluster = "default";
inline constexpr std::string_view kEcsService = "middleware";

/// By LoadBalancer alone.
MetricId load_balancer_metric(std::string_view name);
/// By LoadBalancer and TargetGroup.
MetricId target_group_metric(std::string_view name);
/// Of AWS/ECS, by ClusterName and ServiceName.
MetricId ecs_metric(std::string_view name);

class LoadBalancerMetrics final : public compute::TrafficObserver {
 public:
  /// Both outlive it.
  LoadBalancerMetrics(MetricStore& store, const kernel::Scheduler& scheduler)
      : store_(store), scheduler_(scheduler) {}

  void routed() override;
  void exchanged(const compute::Exchanged& exchange) override;

  /// The minute that begins at `second` is over.
  void end_minute(std::int64_t second, const compute::ServiceReading& reading);

 private:
  /// Those of every request, looked up once.
  struct Counters {
    Series& requests;
    Series& requests_of_group;
    Series& target_2xx;
    Series& target_4xx;
    Series& target_5xx;
    Series& target_took;
    Series& made_4xx;
    Series& made_5xx;
  };
  Counters& counters();
  void add(Series& series, double value) const;

  MetricStore& store_;
  const kernel::Scheduler& scheduler_;
  std::optional<Counters> counters_{};
  std::int64_t routed_ = 0;  ///< in this minute
};

}  // namespace emulator::metrics
