#pragma once
// A partner event bus of EventBridge: rules pick events, targets get them, with retries, age and a
// dead-letter queue each.
//
// Source: facts/aws-delivery 1.1 to 1.7.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "emulator/bus/delivery_retry.h"
#include "emulator/bus/ports.h"
#include "emulator/lambda/ports.h"
#include "emulator/patterns/pattern_set.h"
#include "emulator/queues/ports.h"
#include "emulator/topics/ports.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task_scope.h"

namespace emulator::bus {

struct LambdaTarget {
  std::string function;
};
struct QueueTarget {
  std::string queue;
};
struct TopicTarget {
  std::string topic;  ///< its name
};

struct RuleConfig {
  std::string name;
  patterns::Pattern pattern;
  std::variant<LambdaTarget, QueueTarget, TopicTarget> target;
  DeliveryRetryConfig retry{};
  std::optional<std::string> dead_letter{};  ///< queue; without one, an event that is given up is lost
};

class Bus final : public PartnerEventSink {
 public:
  /// What is referred to outlives the bus. `topics` may be null when no rule has a topic as its target.
  Bus(std::vector<RuleConfig> rules, std::uint64_t seed, kernel::Scheduler& scheduler,
      kernel::Journal& journal, lambda::AsyncInvoker& functions, queues::QueueWriter& queues,
      topics::TopicPublisher* topics = nullptr);

  kernel::Task<std::vector<EntryResult>> put_partner_events(std::vector<PartnerEntry> entries) override;

  /// As if every target invocation were throttled.
  void throttle(bool is_throttled) { is_throttled_ = is_throttled; }

  /// Deliveries under way.
  std::size_t pending() const { return deliveries_.running(); }

 private:
  /// One event on its way to one target.
  struct Delivery {
    std::string event_uuid;
    std::string event_id;
    std::shared_ptr<const std::string> envelope;
    kernel::Timestamp accepted_at;
    kernel::HopId cause = 0;
  };
  struct TargetAnswer {
    int status = 200;
    std::string_view error_code{};  ///< as the DLQ attribute ERROR_CODE names it
    std::string message{};
    bool is_retryable = false;
    bool carries_on = false;  ///< a queue with a consumer took it and ends the event
    bool accepted() const { return error_code.empty(); }
  };

  void route(const PartnerEntry& entry, const std::string& event_id);
  kernel::Task<void> deliver(const RuleConfig& rule, Delivery delivery);
  TargetAnswer invoke_target(const RuleConfig& rule, const Delivery& delivery, kernel::HopId hop);
  TargetAnswer publish(const RuleConfig& rule, const Delivery& delivery, kernel::HopId hop);
  void give_up(const RuleConfig& rule, const Delivery& delivery, const TargetAnswer& last, int attempts,
               std::string_view exhausted);
  std::string rule_arn(const RuleConfig& rule) const;

  std::vector<RuleConfig> rules_;
  patterns::PatternSet patterns_;  // ids are indices of rules_
  std::uint64_t seed_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  lambda::AsyncInvoker& functions_;
  queues::QueueWriter& queues_;
  topics::TopicPublisher* topics_;
  kernel::Random ids_;
  std::string name_;  // a partner bus is named as its event source; known from the first event on
  bool is_throttled_ = false;
  kernel::TaskScope deliveries_;
};

/// The ARN of a rule's target.
std::string target_arn(const RuleConfig& rule);

}  // namespace emulator::bus
