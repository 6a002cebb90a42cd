#include "emulator/runner/scaled_service_watch.h"

namespace emulator::runner {
namespace {

std::string policy_name(const scaling::TrackingConfig& config) {
  return config.metric == scaling::TrackedMetric::Cpu ? "cpu" : "requests_per_target";
}

}  // namespace

scaling::Dimension desired_count() {
  return {.service_namespace = "ecs",
          .resource = "service/" + std::string(metrics::kCluster) + "/" + std::string(metrics::kEcsService),
          .name = "ecs:service:DesiredCount"};
}

std::vector<std::string> scaling_alarms(const ComputeGiven& given) {
  if (!given.scaling) return {};
  const std::string policy = policy_name(*given.scaling);
  std::vector<std::string> names = {scaling::high_alarm_name(desired_count(), policy)};
  if (!given.scaling->is_in_disabled) names.push_back(scaling::low_alarm_name(desired_count(), policy));
  return names;
}

ScaledServiceWatch::ScaledServiceWatch(compute::ScaledService& service, kernel::Scheduler& scheduler,
                                       metrics::CloudWatch& cloudwatch, scaling::AutoScaling& scaling)
    : service_(service), scaling_(scaling), metrics_(cloudwatch.store(), scheduler) {
  service_.watch(&metrics_);
  scaling_.offer(desired_count(), *this,
                 {.cpu = metrics::ecs_metric("CPUUtilization"),
                  .requests_per_target = metrics::target_group_metric("RequestCountPerTarget")});
  cloudwatch.each_minute([this](std::int64_t second) { metrics_.end_minute(second, service_.read()); });
}

ScaledServiceWatch::~ScaledServiceWatch() { service_.watch(nullptr); }

kernel::Result<> ScaledServiceWatch::scale(const ComputeGiven& given) {
  const auto target = scaling_.register_target(
      {.dimension = desired_count(), .min = given.ecs_alb.tasks_min, .max = given.ecs_alb.tasks_max});
  if (!target) return kernel::invalid("compute.scaling: " + target.error().message);
  const auto policy = scaling_.put_policy(
      {.name = policy_name(*given.scaling), .dimension = desired_count(), .config = *given.scaling});
  if (!policy) return kernel::invalid("compute.scaling: " + policy.error().message);
  return {};
}

}  // namespace emulator::runner
