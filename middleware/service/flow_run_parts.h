#pragma once
// The parts of a flow's run. For its sources, behind <nlohmann/json.hpp>: they hold values.
#include <memory>
#include <string>
#include <vector>

#include "middleware/service/flow_run.h"

namespace service {

/// What a handler's or an expression's failure is to the flow.
inline CallFailure refusal(std::string reason) {
  return {.reason = std::move(reason), .failure = core::FailureClass::Permanent};
}

/// What is called once and journalled under its own name: a step, or an item of its list.
struct FlowRun::Unit {
  const StepConfig& step;
  std::string name;            ///< "ship", "ship[2]"
  kernel::NamedValues item{};  ///< the item, and `each`
};

struct FlowRun::UnitEnd {
  FlowState state = FlowState::Done;  ///< Done, Failed or TakenOver
  bool is_skipped = false;
  std::string answer{};  ///< JSON, if it is read
  std::unique_ptr<StepFailure> failure{};
};

/// What several workers take from in turn.
struct FlowRun::Items {
  const StepConfig& step;
  std::vector<Unit> units;
  std::vector<UnitEnd> ends{};
  std::size_t next = 0;
  bool one_failed = false;  ///< nothing new is begun
};

}  // namespace service
