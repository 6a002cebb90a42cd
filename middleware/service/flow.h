#pragma once
// What a deployment of the middleware is told: the external APIs it may call and how carefully, and the flow
// of steps that each type of event starts. Filled from middleware.yaml by middleware/config.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "middleware/core/breaker_rules.h"
#include "middleware/core/bulkhead.h"
#include "middleware/core/hedge.h"
#include "middleware/core/rate_limiter.h"
#include "middleware/core/retry_budget.h"
#include "middleware/core/retry_rules.h"
#include "middleware/inbox/inbox.h"
#include "middleware/kernel/templates.h"
#include "middleware/service/callback_config.h"
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
  std::optional<core::RateRules> rate =
      core::RateRules{};  ///< no limits: only pauses that the API asks for are kept; nothing: not even those
  std::optional<core::BulkheadRules> concurrency{};  ///< nothing: as many as there are events
  std::optional<core::HedgeRules>
      hedge{};                       ///< instead of retries, of calls that may be repeated; nothing: off
  std::optional<AuthConfig> auth{};  ///< nothing: calls are anonymous
};

/// A step is done once for each item of a list.
struct ForEachConfig {
  kernel::Expression in{};
  std::string as = "item";         ///< what templates call the item; `each/index` and `each/count` go along
  std::int64_t at_once = 1;        ///< so many calls run side by side
  std::int64_t items_max = 1'000;  ///< a longer list fails the step
};

/// A list that an API gives in pages: a call for each.
struct PagesConfig {
  kernel::Expression items{};      ///< of a page's `answer`: a list. The step's answer is all of them
  kernel::Expression next{};       ///< of a page's `answer`: path of the next page; null at the last
  std::int64_t pages_max = 1'000;  ///< more fail the step
};

struct FlowConfig;

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
  /// Asked again at each delivery: it reads what may have changed since. Its answer is not in the journal.
  bool is_fresh = false;
  std::shared_ptr<const PagesConfig> pages{};
  /// Instead of a call: steps that are done for each item, one item's after the other. What the block says
  /// of `ordering` is asked of each item for itself. Of the flow only steps, ordering and event are filled.
  std::shared_ptr<const FlowConfig> block{};
};

/// What the events of a flow, or the items of a block, say of each other's order.
struct OrderingConfig {
  kernel::TextTemplate key{};  ///< of the record: events of one key are done one after the other
  /// Instead: an event older than what was applied is skipped. Compared part by part; empty: none.
  std::vector<kernel::TextTemplate> version{};
  bool late_runs = false;  ///< of a block: an older item runs all the same, and `ordering/late` says so
};

/// Of the flows of one event type the first whose condition holds is run.
struct FlowConfig {
  std::string event;  ///< API name of the event that starts it
  kernel::Duration deadline =
      std::chrono::seconds{20};  ///< for the whole flow, shorter if the caller leaves less
  std::vector<StepConfig> steps{};
  std::optional<kernel::Expression> when{};  ///< does not hold: the event is done, nothing is called
  kernel::Duration undo_deadline = std::chrono::minutes{3};  ///< of each undo, from its own beginning
  bool late_is_undone = true;  ///< the flow's own deadline ran out: undo, instead of going on at redelivery
  std::optional<OrderingConfig> ordering{};
  int deliveries_max = 5;                   ///< of an accepted event; then it is a dead letter
  std::vector<CallbackConfig> callbacks{};  ///< who is told when the event is over
  std::string skip{};                       ///< instead of steps: the reason for which nothing is to be done
};

/// The flow that an event of this type starts: the first whose `when` holds; if none does the last, which
/// ends it at once. One whose `when` fails is chosen too, and says so. Null: there is none of this type.
const FlowConfig* choose_flow(const std::vector<FlowConfig>& flows, std::string_view event,
                              const kernel::Json& payload, std::string_view text);

/// What POST /events waits for.
enum class AnswerWhen : std::uint8_t {
  Sync,      ///< the flow's end
  Accepted,  ///< that the event is durable
};

/// Named values that the templates of a step read: earlier steps, and what only it sees.
std::vector<std::string> names_read(const StepConfig& step);
/// Of a block: what its steps and its ordering read.
std::vector<std::string> names_read_within(const FlowConfig& block);

/// Attempts of an undo, which has rules of its own (facts/resilience 10).
inline constexpr int kUndoAttempts = 8;

/// Does an undo of some flow call this API?
bool is_undone_at(const std::vector<FlowConfig>& flows, std::string_view api);

/// How long the way back may take, at most: each undo has its own deadline. Zero where nothing can be undone.
kernel::Duration undo_time(const FlowConfig& flow);

/// Nothing of it needs the payload later on.
bool is_plain(const FlowConfig& flow);

struct ServiceConfig {
  std::string name = "middleware";
  std::vector<ApiConfig> apis{};
  std::vector<FlowConfig> flows{};
  AnswerWhen answer = AnswerWhen::Sync;
  bool works_off_store = false;  ///< what the store holds of accepted events is worked on
  inbox::InboxConfig inbox{};
  OutboxConfig outbox{};
  std::string added_member{};  ///< of a payload: what the function put there, no part of the event
};

}  // namespace service
