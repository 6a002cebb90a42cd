#pragma once
// What there is: buses, partner event sources, rules, targets. It decides and remembers; nothing waits here.
//
// Source: facts/aws-delivery 1.3, 1.7.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/bus/target.h"
#include "emulator/patterns/pattern_set.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::bus {

/// The service's quotas.
struct Limits {
  std::int64_t buses_max = 100;
  std::int64_t rules_max = 300;  ///< of one bus
  std::int64_t targets_max = 5;  ///< of one rule
};

struct Rule {
  std::string name;
  std::string arn;
  std::string pattern_text;
  patterns::Pattern pattern{};
  bool is_enabled = true;
  std::string description{};
  std::string role_arn{};
  std::string managed_by{};
  std::vector<TargetPtr> targets{};  ///< in the order in which they came
};

struct EventBus {
  EventBusInfo info;
  std::vector<std::unique_ptr<Rule>> rules{};  ///< in the order in which they came
  std::vector<const Rule*> live{};             ///< enabled and with a target: what an event is shown to
  patterns::PatternSet patterns{};             ///< of the live rules: ids are their indices
};

class Registry final : public EventBuses, public Rules {
 public:
  /// Begins with the default bus. `retry` gives the curve of targets that come through the control plane.
  Registry(Limits limits, DeliveryRetryConfig retry, kernel::Scheduler& scheduler, kernel::Journal& journal);

  // Buses and sources: registry_buses.cc.
  ApiResult<EventBusInfo> create_event_bus(CreateEventBusRequest request) override;
  ApiResult<EventBusInfo> describe_event_bus(const std::string& bus) override;
  ApiResult<Page<EventBusInfo>> list_event_buses(ListRequest request) override;
  ApiResult<> delete_event_bus(const std::string& bus) override;
  ApiResult<EventSourceInfo> describe_event_source(const std::string& name) override;
  ApiResult<Page<EventSourceInfo>> list_event_sources(ListRequest request) override;
  /// By the partner. Nothing happens if it is there already.
  void create_event_source(const std::string& name);

  // Rules: registry_rules.cc.
  ApiResult<std::string> put_rule(PutRuleRequest request) override;
  ApiResult<RuleInfo> describe_rule(const std::string& rule, const std::string& bus) override;
  ApiResult<Page<RuleInfo>> list_rules(const std::string& bus, ListRequest request) override;
  ApiResult<> enable_rule(const std::string& rule, const std::string& bus, bool is_enabled) override;
  ApiResult<> delete_rule(const std::string& rule, const std::string& bus, bool force) override;
  ApiResult<bool> test_event_pattern(const std::string& pattern, const std::string& event) override;
  /// The rule behind an archive of that bus: nobody changes it but the archive. Its pattern is
  /// `pattern_text`.
  ApiResult<> put_archive_rule(const std::string& archive, const std::string& bus,
                               const std::string& pattern_text);
  void delete_archive_rule(const std::string& archive, const std::string& bus);

  // Targets: registry_targets.cc.
  ApiResult<std::vector<FailedTarget>> put_targets(const std::string& rule, const std::string& bus,
                                                   std::vector<TargetSpec> targets) override;
  /// The same, with a curve of its own for each.
  ApiResult<> put_targets(const std::string& rule, const std::string& bus, std::vector<TargetConfig> targets);
  ApiResult<Page<TargetSpec>> list_targets_by_rule(const std::string& rule, const std::string& bus,
                                                   ListRequest request) override;
  ApiResult<std::vector<FailedTarget>> remove_targets(const std::string& rule, const std::string& bus,
                                                      const std::vector<std::string>& ids) override;
  ApiResult<Page<std::string>> list_rule_names_by_target(const std::string& target_arn,
                                                         const std::string& bus,
                                                         ListRequest request) override;

  /// By name or ARN; null when there is none. Stays valid until the bus is deleted.
  EventBus* find_bus(std::string_view name_or_arn);
  const EventBus* bus(std::string_view name_or_arn) const;
  const EventSourceInfo* source(std::string_view name) const;

 private:
  struct Found {
    EventBus* bus;
    Rule* rule;
  };
  ApiResult<Found> find_rule(const std::string& rule, const std::string& bus);
  static void refresh(EventBus& bus);

  Limits limits_;
  DeliveryRetryConfig retry_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  std::map<std::string, EventBus, std::less<>> buses_;
  std::map<std::string, EventSourceInfo, std::less<>> sources_;
};

}  // namespace emulator::bus
