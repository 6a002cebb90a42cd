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

/// What a flow works on.
struct FlowInput {
  std::string event;           ///< EventUuid
  std::shared_ptr<const kernel::Json> payload;
  kernel::HopId cause = 0;     ///< the hop that brought the event
  kernel::Timestamp deadline;
  store::Claim claim;
};

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
  kernel::Task<CallEnd> run_step(const StepConfig& step, const FlowInput& input,
                                 const std::vector<std::pair<std::string, kernel::Json>>& earlier);
  ApiCaller& caller(const std::string& api) const;

  const Surroundings& around_;
  store::Store& store_;
  std::vector<ApiCaller*> callers_;
};

}  // namespace service
