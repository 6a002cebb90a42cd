#pragma once
// The shape of `flows` in middleware.yaml. For the sources of this folder.
#include <string>
#include <vector>

#include "middleware/config/api_shapes.h"
#include "middleware/config/inbox_shapes.h"

namespace config {

struct StepText : service::StepConfig {
  Place place{};
};

struct FlowText {
  std::string event{};
  kernel::Duration deadline = service::FlowConfig{}.deadline;
  std::vector<StepText> steps{};
  std::optional<OrderingText> ordering{};
  std::optional<DeadLetterText> dead_letter{};
  Place place{};
};

Shape<FlowText> flow_shape();

/// What the keys of the flows say of each other and of `apis`.
void check_flows(const std::vector<FlowText>& flows, const MapOf<ApiText>& apis, Problems& problems);

}  // namespace config
