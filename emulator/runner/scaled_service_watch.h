#pragma once
// The tasks of the profile ecs-alb as CloudWatch and Application Auto Scaling see them: their metrics, and
// the desired count as something that can be scaled.
#include "emulator/compute/scaled_service.h"
#include "emulator/platform/metrics/cloudwatch.h"
#include "emulator/platform/metrics/load_balancer_metrics.h"
#include "emulator/platform/scaling/auto_scaling.h"
#include "emulator/runner/compute_given.h"

namespace emulator::runner {

/// "service/default/middleware", ecs:service:DesiredCount
scaling::Dimension desired_count();
/// Names of the alarms that the scaling of a deployment makes; none without one.
std::vector<std::string> scaling_alarms(const ComputeGiven& given);

class ScaledServiceWatch final : private scaling::Scalable {
 public:
  /// The references outlive it.
  ScaledServiceWatch(compute::ScaledService& service, kernel::Scheduler& scheduler,
                     metrics::CloudWatch& cloudwatch, scaling::AutoScaling& scaling);
  ~ScaledServiceWatch() override;
  ScaledServiceWatch(const ScaledServiceWatch&) = delete;
  ScaledServiceWatch& operator=(const ScaledServiceWatch&) = delete;

  /// As `compute.scaling` says.
  kernel::Result<> scale(const ComputeGiven& given);

 private:
  std::int64_t capacity() const override { return service_.desired(); }
  void set_capacity(std::int64_t capacity, std::string_view why) override {
    service_.set_desired(capacity, why);
  }
  bool is_scale_in_suspended() const override { return service_.is_deploying(); }

  compute::ScaledService& service_;
  scaling::AutoScaling& scaling_;
  metrics::LoadBalancerMetrics metrics_;
};

}  // namespace emulator::runner
