#pragma once
// The wire side of Application Auto Scaling: JSON 1.1 in front of platform/scaling/ports.h.
//
// Source: facts/aws-platform 1.9 and 5. Scheduled actions, predictive scaling, customized metrics and tags
// are refused by name.
#include "emulator/edge/service.h"
#include "emulator/platform/scaling/ports.h"

namespace emulator::edge {

class AutoScaling final : public AwsService {
 public:
  /// It outlives the service.
  explicit AutoScaling(scaling::ScalingApi& scaling) : scaling_(scaling) {}

  std::string_view name() const override { return "application-autoscaling"; }
  kernel::Task<AwsResult> call(AwsCall call) override;

 private:
  AwsResult register_scalable_target(const AwsCall& call);
  AwsResult deregister_scalable_target(const AwsCall& call);
  AwsResult describe_scalable_targets(const AwsCall& call);
  AwsResult put_scaling_policy(const AwsCall& call);
  AwsResult delete_scaling_policy(const AwsCall& call);
  AwsResult describe_scaling_policies(const AwsCall& call);
  AwsResult describe_scaling_activities(const AwsCall& call);

  scaling::ScalingApi& scaling_;
};

}  // namespace emulator::edge
