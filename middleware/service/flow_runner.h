#pragma once
// Runs the steps of one event's flow, from the first that is not journalled as done.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/json.h"
#include "middleware/service/api_caller.h"
#include "middleware/store/store.h"

namespace service {

/// The request of a step with all that the event says filled in; only answers of earlier steps are still
/// open.
struct StepRequest {
  kernel::TextTemplate path{};
  std::vector<std::pair<std::string, kernel::TextTemplate>> headers{};
  std::optional<kernel::JsonTemplate> body{};
};

/// What a flow works on. It holds no payload: a flow may wait for seconds, and thousands may wait at once.
struct FlowInput {
  std::string event;                 ///< EventUuid
  std::vector<StepRequest> steps{};  ///< in the order of the flow's
  kernel::HopId cause = 0;           ///< the hop that brought the event
  kernel::Timestamp deadline{};
  store::Claim claim{};
};

/// Notes which answers later steps read: only those are parsed and kept.
void note_read_answers(FlowConfig& flow);

/// Fills the event's values into every step that `claim` does not hold as done.
std::vector<StepRequest> bind_steps(const FlowConfig& flow, const store::Claim& claim,
                                    const kernel::Json& payload);

struct StepFailure {
  std::string step;
  CallFailure call;
};

enum class FlowState : std::uint8_t { Done, Failed, TakenOver /**< another claim is newer */ };

struct FlowEnd {
  FlowState state = FlowState::Done;
  std::optional<StepFailure> failure{};
};

class FlowRunner {
 public:
  /// `callers` stand in the order of ServiceConfig::apis; all outlive the runner.
  FlowRunner(const Surroundings& surroundings, store::Store& store, std::vector<ApiCaller*> callers)
      : around_(surroundings), store_(store), callers_(std::move(callers)) {}

  kernel::Task<FlowEnd> run(const FlowConfig& flow, FlowInput input);

 private:
  using Earlier = std::vector<std::pair<std::string, kernel::Json>>;
  kernel::Task<CallEnd> start_call(const FlowConfig& flow, std::size_t step, const FlowInput& input,
                                   const Earlier& earlier, kernel::HopId hop);
  ApiCaller& caller(const std::string& api) const;

  const Surroundings& around_;
  store::Store& store_;
  std::vector<ApiCaller*> callers_;
};

}  // namespace service
