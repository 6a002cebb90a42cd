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
#include "middleware/inbox/inbox.h"
#include "middleware/kernel/templates.h"
#include "middleware/service/credentials.h"

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
  std::optional<AuthConfig> auth{};                                   ///< nothing: calls are anonymous
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

/// What the events of a flow say of each other's order.
struct OrderingConfig {
  kernel::TextTemplate key{};  ///< of the record: events of one key are done one after the other
  std::optional<kernel::TextTemplate>
      version{};  ///< instead: an event older than what was applied is skipped
};

struct FlowConfig {
  std::string event;  ///< API name of the event that starts it
  kernel::Duration deadline =
      std::chrono::seconds{20};  ///< for the whole flow, shorter if the caller leaves less
  std::vector<StepConfig> steps{};
  std::optional<OrderingConfig> ordering{};
  int deliveries_max = 5;  ///< of an accepted event; then it is a dead letter
};

/// What POST /events waits for.
enum class AnswerWhen : std::uint8_t {
  Sync,      ///< the flow's end
  Accepted,  ///< that the event is durable
};

struct ServiceConfig {
  std::string name = "middleware";
  std::vector<ApiConfig> apis{};
  std::vector<FlowConfig> flows{};
  AnswerWhen answer = AnswerWhen::Sync;
  bool works_off_store = false;  ///< what the store holds of accepted events is worked on
  inbox::InboxConfig inbox{};
  std::string added_member{};  ///< of a payload: what the function put there, no part of the event
};

}  // namespace service
