#pragma once
// What a deployment of the middleware is told: the external APIs it may call and how carefully, and the flow
// of steps that each type of event starts. Filled from middleware.yaml by middleware/config.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "middleware/core/breaker.h"
#include "middleware/core/retry_budget.h"
#include "middleware/core/retry_rules.h"
#include "middleware/kernel/templates.h"

namespace service {

struct ApiConfig {
  std::string name;  ///< also the host name given to the HttpClient
  core::RetryRules retry{};
  std::optional<core::RetryBudget::Rules> retry_budget =
      core::RetryQuota{};                                            ///< nothing: retries are not budgeted
  std::optional<core::BreakerRules> breaker = core::BreakerRules{};  ///< nothing: no breaker
  bool breaker_counts_throttles = false;               ///< 429, and 503 with Retry-After, are failures to it
  kernel::Duration per_try = std::chrono::seconds{5};  ///< an attempt on the wire ends after this
  std::optional<std::string> idempotency_header = "Idempotency-Key";  ///< nothing: no key is sent
};

struct StepConfig {
  std::string name;
  std::string api;
  std::string method = "POST";
  kernel::TextTemplate path{};
  std::vector<std::pair<std::string, kernel::TextTemplate>> headers{};
  std::optional<kernel::JsonTemplate> body{};
  std::vector<std::int64_t> expected{};  ///< statuses that count as done; empty: any 2xx
  bool answer_is_read = false;           ///< by a later step: filled in by the service
};

struct FlowConfig {
  std::string event;  ///< API name of the event that starts it
  kernel::Duration deadline =
      std::chrono::seconds{20};  ///< for the whole flow, shorter if the caller leaves less
  std::vector<StepConfig> steps{};
};

struct ServiceConfig {
  std::string name = "middleware";
  std::vector<ApiConfig> apis{};
  std::vector<FlowConfig> flows{};
};

}  // namespace service
