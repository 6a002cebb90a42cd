#pragma once
// Runs the steps of one event's flow, from the first that is not journalled as done.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/json.h"
#include "middleware/service/api_caller.h"
#include "middleware/service/flow_end.h"
#include "middleware/service/record_locks.h"
#include "middleware/service/step_handler.h"
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

/// Fills the event's values into every step that `claim` does not hold as done. `text` is what the payload
/// was read from: decimals stay as they are written there.
std::vector<StepRequest> bind_steps(const FlowConfig& flow, const store::Claim& claim,
                                    const kernel::Json& payload, std::string_view text = {});

/// What a flow is started with.
struct FlowStart {
  std::string_view event;  ///< EventUuid; outlives the flow
  kernel::HopId cause = 0;
  kernel::Timestamp deadline{};
  store::Claim claim{};  ///< ours
  std::unique_ptr<kernel::Json> payload{};
  std::string text{};                     ///< what the payload was read from
  store::Callbacks* callbacks = nullptr;  ///< becomes what is to be told of the end; outlives the flow
};

class FlowRunner {
 public:
  /// `callers` stand in the order of ServiceConfig::apis; all outlive the runner.
  FlowRunner(const Surroundings& surroundings, store::Store& store, std::vector<ApiCaller*> callers,
             StepHandlers handlers = {})
      : around_(surroundings),
        store_(store),
        callers_(std::move(callers)),
        handlers_(std::move(handlers)),
        locks_(surroundings.scheduler) {}

  /// Runs a flow of any kind: a plain one lets go of the payload first.
  kernel::Task<FlowEnd> start(const FlowConfig& flow, FlowStart start);

  /// What is to be told of an event that is given up without another delivery.
  store::Callbacks callbacks_of_dead(const FlowConfig& flow, FlowStart start, const std::string& error) const;

  /// Of a plain flow.
  kernel::Task<FlowEnd> run(const FlowConfig& flow, FlowInput input);

 private:
  using Earlier = kernel::NamedValues;
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
  StepHandlers handlers_;
  mutable RecordLocks locks_;
};

}  // namespace service
