#pragma once
// Scaling policies as JSON, in both directions.
#include "emulator/edge/members.h"
#include "emulator/platform/scaling/ports.h"

namespace emulator::edge {

/// From the members of PutScalingPolicy; what is wrong is noted there.
std::variant<scaling::TrackingConfig, scaling::StepConfig> policy_config_in(Members& in);

/// PolicyType and the configuration, as DescribeScalingPolicies shows them.
void show_policy_config(const scaling::ScalingPolicy& policy, kernel::Json& shown);

}  // namespace emulator::edge
