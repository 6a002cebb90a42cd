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
  std::unique_ptr<kernel::TextTemplate> path{};  ///< null: the step's own, which reads nothing of the event
  std::vector<std::pair<std::string, kernel::TextTemplate>> headers{};
  kernel::JsonTemplate body{};  ///< empty: none
};

/// What a flow works on. It holds no payload: a flow may wait for seconds, and thousands may wait at once.
struct FlowInput {
  std::string_view event;            ///< EventUuid; outlives the flow
  std::vector<StepRequest> steps{};  ///< in the order of the flow's
  kernel::HopId cause = 0;           ///< the hop that brought the event
  kernel::Timestamp deadline{};
  std::uint64_t fence = 0;                   ///< of the claim
  std::vector<store::StepRecord> journal{};  ///< what earlier deliveries wrote down
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
  std::unique_ptr<StepFailure> failure{};
};

class FlowRunner {
 public:
  /// `callers` stand in the order of ServiceConfig::apis; all outlive the runner.
  FlowRunner(const Surroundings& surroundings, store::Store& store, std::vector<ApiCaller*> callers)
      : around_(surroundings), store_(store), callers_(std::move(callers)) {}

  kernel::Task<FlowEnd> run(const FlowConfig& flow, FlowInput input);

 private:
  using Earlier = std::vector<std::pair<std::string, kernel::Json>>;
  /// True when the step was done by an earlier delivery; then its answer is at hand again.
  APART static bool recall(const StepConfig& step, const FlowInput& input, Earlier& earlier);
  APART kernel::Task<CallEnd> start_call(const FlowConfig& flow, std::size_t step, FlowInput& input,
                                         const Earlier& earlier, kernel::HopId hop);
  APART kernel::HopScope open_hop(const StepConfig& step, const FlowInput& input) const;
  /// Takes from the answer of `called`, which has ended, what later steps read, and starts to write the step
  /// down. Nothing when it failed: then `end` says so.
  APART std::optional<kernel::Task<bool>> keep(const StepConfig& step, const FlowInput& input,
                                               kernel::HopScope& hop, kernel::Task<CallEnd>& called,
                                               Earlier& earlier, FlowEnd& end);
  ApiCaller& caller(const std::string& api) const;

  const Surroundings& around_;
  store::Store& store_;
  std::vector<ApiCaller*> callers_;
};

}  // namespace service
