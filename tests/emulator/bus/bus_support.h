#pragma once
// What the tests of EventBridge share: the box between queues and functions that remember.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/bus/event_bridge.h"
#include "emulator/queues/queues.h"
#include "tests/emulator/boxes/box_support.h"
#include "tests/support/received.h"

namespace emulator::bus {

inline const std::string kSource = "aws.partner/salesforce.com/00D000000000001EAA/0YL000000000001AAA";
inline const std::string kOrders = R"({"detail-type":["Order_Placed__e"]})";
inline const std::string kOthers = R"({"detail-type":["Other__e"]})";

/// Answers from a script, the last answer repeating, and keeps what it accepted.
class ScriptedFunctions final : public lambda::AsyncInvoker {
 public:
  explicit ScriptedFunctions(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}

  lambda::AcceptResult invoke_async(std::string_view function, lambda::AsyncEvent event) override {
    asked_at.push_back(scheduler_.now().time_since_epoch());
    const lambda::AcceptResult answer =
        script.empty() ? lambda::AcceptResult{} : script[std::min(asked_at.size() - 1, script.size() - 1)];
    if (answer.status != 202) return answer;
    accepted.push_back(std::string(function) + " " + *event.payload);
    payloads.push_back(*event.payload);
    return answer;
  }

  std::vector<lambda::AcceptResult> script;
  std::vector<kernel::Duration> asked_at;
  Lines accepted;
  Lines payloads;

 private:
  kernel::Scheduler& scheduler_;
};

inline lambda::AcceptResult throttled() { return {429, "TooManyRequestsException", "Rate Exceeded."}; }

inline TargetConfig to_arn(std::string arn, std::string id = "t") {
  return {.spec = {.id = std::move(id), .arn = std::move(arn)}};
}
inline TargetConfig to_function(std::string id = "t") {
  return to_arn(function_arn("ingest"), std::move(id));
}
inline TargetConfig to_queue(std::string_view queue, std::string id = "t") {
  return to_arn(queue_arn(queue), std::move(id));
}
inline TargetConfig with_dead_letter(TargetConfig target, std::string_view queue = "orders-dlq") {
  target.spec.dead_letter_arn = queue_arn(queue);
  return target;
}
inline TargetConfig with_retry(TargetConfig target, DeliveryRetryConfig retry) {
  target.retry = retry;
  return target;
}
inline RuleConfig rule(std::string name, std::string pattern, std::vector<TargetConfig> targets) {
  return {.name = std::move(name), .pattern = std::move(pattern), .targets = std::move(targets)};
}

struct BusBench : Bench {
  queues::Queues queues{
      {{.name = "orders-dlq"}, {.name = "audit"}, {.name = "small", .message_bytes_max = 200}},
      7,
      scheduler,
      journal};
  ScriptedFunctions functions{scheduler};
  std::unique_ptr<EventBridge> bus;
  kernel::TaskScope tasks;
  std::vector<EntryResult> results;

  explicit BusBench(EventBridgeConfig config, topics::TopicPublisher* topics = nullptr) {
    bus = std::make_unique<EventBridge>(std::move(config), 7, scheduler, journal,
                                        Outlets{functions, queues, topics});
    const auto made = bus->set_up(kSource);
    CHECK_THAT(made.has_value(), made ? "" : made.error().text());
  }
  explicit BusBench(std::vector<RuleConfig> rules = {}, topics::TopicPublisher* topics = nullptr)
      : BusBench(EventBridgeConfig{.partner = {.rules = std::move(rules)}}, topics) {}

  kernel::Task<void> put_all(std::vector<PartnerEntry> entries) {
    results = co_await bus->put_partner_events(std::move(entries));
  }
  void put(std::string_view event = kEvent, std::string detail = R"({"payload":{"City__c":"Graz"}})") {
    journal.begin(event);
    tasks.spawn(put_all({{.source = kSource,
                          .detail_type = "Order_Placed__e",
                          .detail = std::move(detail),
                          .time = scheduler.wall_now() + 1999ms,
                          .event_uuid = std::string(event)}}));
  }
  std::vector<queues::ReceivedMessage> received(std::string_view queue) {
    return support::received(scheduler, queues, std::string(queue));
  }
};

/// "400 ValidationException text", or "ok".
template <class T>
std::string said(const ApiResult<T>& result) {
  if (result) return "ok";
  return std::to_string(result.error().status) + " " + result.error().code + " " + result.error().message;
}

}  // namespace emulator::bus
