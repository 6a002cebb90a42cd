#include "middleware/service/flow_end.h"

namespace service {

std::string_view to_text(FlowState state) {
  switch (state) {
    case FlowState::Done:
      return "done";
    case FlowState::Failed:
      return "failed";
    case FlowState::TakenOver:
      return "taken_over";
    case FlowState::Compensated:
      return "compensated";
    case FlowState::Compensating:
      return "compensating";
    case FlowState::CompensationFailed:
      return "compensation_failed";
  }
  return "unknown";
}

std::string failure_text(const StepFailure& failure) {
  const CallFailure& call = failure.call;
  std::string text = "step " + failure.step + ": ";
  if (call.last.no_answer) {
    text += "no answer (" + std::string(to_text(*call.last.no_answer)) + "), ";
  } else if (call.last.status != 0) {
    text += "status " + std::to_string(call.last.status) + ", ";
  }
  return text + "gave up: " + call.reason;
}

}  // namespace service
