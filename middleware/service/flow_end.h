#pragma once
// How a flow is over, and what was wrong.
//
// Source of the ends of a compensation: facts/resilience 10.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "middleware/service/api_caller.h"

namespace service {

struct StepFailure {
  std::string step;
  CallFailure call;
};

/// "step charge: status 503, gave up: attempts".
std::string failure_text(const StepFailure& failure);

enum class FlowState : std::uint8_t {
  Done,
  Failed,        ///< nothing to undo, or it goes on at the next delivery: the failure's class says which
  TakenOver,     ///< another claim is newer
  Compensated,   ///< a step failed for good and what was done before it is undone: over
  Compensating,  ///< not everything is undone yet: goes on at the next delivery
  CompensationFailed,  ///< what can be undone is, but an undo was refused for good: over, somebody has to
                       ///< look
};

/// For metrics: "compensation_failed".
std::string_view to_text(FlowState state);

struct FlowEnd {
  FlowState state = FlowState::Done;
  std::unique_ptr<StepFailure> failure{};  ///< of an undo when Compensating or CompensationFailed
};

}  // namespace service
