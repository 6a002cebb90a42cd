#pragma once
// The shape of `flows` in middleware.yaml. For the sources of this folder.
#include <string>
#include <vector>

#include "middleware/config/api_shapes.h"
#include "middleware/config/callback_shapes.h"
#include "middleware/config/inbox_shapes.h"

namespace config {

struct StepText : service::StepConfig {
  std::vector<StepText> parallel{};  ///< then it has nothing else
  std::vector<StepText> steps{};     ///< of a block
  std::optional<OrderingText> ordering{};
  Place place{};
};

struct FlowText {
  std::string event{};
  kernel::Duration deadline = service::FlowConfig{}.deadline;
  std::optional<kernel::Expression> when{};
  std::string skip{};
  std::optional<kernel::Duration> undo_deadline{};
  std::optional<bool> late_is_undone{};
  std::vector<StepText> steps{};  ///< those of parallel groups one after the other
  std::optional<OrderingText> ordering{};
  std::optional<DeadLetterText> dead_letter{};
  std::vector<CallbackText> callbacks{};
  Place place{};
};

Shape<FlowText> flow_shape();

/// The flows of a file. Those of one event type share when it is given up.
std::vector<service::FlowConfig> to_flows(const std::vector<FlowText>& texts);

/// What the keys of the flows say of each other, of `apis` and of the handlers that there are.
void check_flows(const std::vector<FlowText>& flows, const MapOf<ApiText>& apis,
                 const std::vector<std::string>& handlers, Problems& problems);

}  // namespace config
