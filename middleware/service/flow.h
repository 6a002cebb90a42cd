#pragma once
// What a deployment of the middleware is told: the external APIs it may call and how carefully, and the flow
// of steps that each type of event starts. Filled from middleware.yaml by middleware/config.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "middleware/core/breaker.h"
#include "middleware/core/retry.h"
#include "middleware/kernel/templates.h"

namespace service {

struct ApiConfig {
  std::string name;  ///< also the host name given to the HttpClient
  core::RetryRules retry{};
  std::optional<std::int64_t> retry_budget = 500;  ///< tokens; nothing: retries are not budgeted
  std::optional<core::BreakerRules> breaker = core::BreakerRules{};  ///< nothing: no breaker
  bool breaker_counts_throttles = false;               ///< 429, and 503 with Retry-After, are failures to it
  kernel::Duration per_try = std::chrono::seconds{5};  ///< an attempt on the wire ends after this
  std::optional<std::string> idempotency_header = "Idempotency-Key";  ///< nothing: no key is sent
};

/// A step is done once for each item of a list.
struct ForEachConfig {
  kernel::Expression in{};
  std::string as = "item";         ///< what templates call the item; `each/index` and `each/count` go along
  std::int64_t at_once = 1;        ///< so many calls run side by side
  std::int64_t items_max = 1'000;  ///< a longer list fails the step
};

struct StepConfig {
  std::string name;
  std::string api;  ///< empty: a handler
  std::string method = "POST";
  kernel::TextTemplate path{};
  std::vector<std::pair<std::string, kernel::TextTemplate>> headers{};
  std::optional<kernel::JsonTemplate> body{};
  std::vector<std::int64_t> expected{};  ///< statuses that count as done; empty: any 2xx
  bool answer_is_read = false;           ///< by a later step: filled in by the service

  // A flow in which no step has any of these is plain: while it waits it holds no payload.
  std::string handler{};  ///< the StepHandler that does it; its input is `body`
  std::optional<kernel::Expression> when{};
  std::shared_ptr<const ForEachConfig> for_each{};
  std::optional<kernel::JsonTemplate> output{};  ///< what is kept of the answer
  std::shared_ptr<const StepConfig> undo{};      ///< the request that makes it undone
  bool pivot = false;                            ///< once it is done nothing is undone any more
  int group = 0;  ///< neighbours with the same number run side by side; 0: alone
};

struct FlowConfig {
  std::string event;  ///< API name of the event that starts it
  kernel::Duration deadline =
      std::chrono::seconds{20};  ///< for the whole flow, shorter if the caller leaves less
  std::vector<StepConfig> steps{};
  std::optional<kernel::Expression> when{};  ///< does not hold: the event is done, nothing is called
  kernel::Duration undo_deadline = std::chrono::minutes{3};  ///< of each undo, from its own beginning
  bool late_is_undone = true;  ///< the flow's own deadline ran out: undo, instead of going on at redelivery
};

/// Named values that the templates of a step read: earlier steps, and what only it sees.
std::vector<std::string> names_read(const StepConfig& step);

/// No step has what needs the payload later on.
bool is_plain(const FlowConfig& flow);

struct ServiceConfig {
  std::string name = "middleware";
  std::vector<ApiConfig> apis{};
  std::vector<FlowConfig> flows{};
};

}  // namespace service
