#pragma once
// Code in the place of a step's API call: what no template can say. A deployment's main() gives the handlers
// to the Service by name; `handler: NAME` in middleware.yaml chooses one.
//
// A handler has to be as safe to repeat as a call: it runs again when the event comes again before its answer
// was written down. What it calls outside gets `key`.
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/kernel/task.h"
#include "middleware/kernel/time.h"

namespace service {

struct HandlerCall {
  std::string event;             ///< EventUuid
  std::string key;               ///< idempotency key: the same at each redelivery
  std::string input;             ///< JSON: what the step's `with` gives, or null
  kernel::Timestamp deadline{};  ///< to be over by
};

struct HandlerFailure {
  std::string reason;
  bool is_permanent = true;        ///< it can never succeed
  kernel::Duration retry_after{};  ///< when it may; 0: no idea
};

class StepHandler {
 public:
  virtual ~StepHandler() = default;
  /// The step's answer, as JSON.
  virtual kernel::Task<std::expected<std::string, HandlerFailure>> handle(HandlerCall call) = 0;
};

using StepHandlers = std::vector<std::pair<std::string, std::shared_ptr<StepHandler>>>;

/// The handlers that every deployment has.
StepHandlers builtin_handlers();
std::vector<std::string> builtin_handler_names();

}  // namespace service
