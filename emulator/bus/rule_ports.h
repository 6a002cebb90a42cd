#pragma once
// The control plane of EventBridge: rules and their targets.
//
// Source: facts/aws-delivery 1.3, 1.5, 1.6.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "emulator/bus/bus_ports.h"

namespace emulator::bus {

struct PutRuleRequest {
  std::string name;
  std::string event_bus{};
  std::string event_pattern{};        ///< JSON, as text
  std::string schedule_expression{};  ///< refused: schedules are not emulated
  bool is_enabled = true;
  std::string description{};
  std::string role_arn{};  ///< shown again; nobody's permissions are checked
};

struct RuleInfo {
  std::string name;
  std::string arn;
  std::string event_bus;  ///< its name
  std::string event_pattern;
  bool is_enabled = true;
  std::string description{};
  std::string role_arn{};
  std::string managed_by{};  ///< of the rule behind an archive
  std::string created_by{};  ///< the account
};

struct InputTransformerSpec {
  std::vector<std::pair<std::string, std::string>> paths{};  ///< variable, path: {"id", "$.detail.id"}
  std::string text{};                                        ///< InputTemplate
};

struct TargetSpec {
  std::string id;
  std::string arn;
  std::optional<std::string> input{};  ///< at most one of these three
  std::optional<std::string> input_path{};
  std::optional<InputTransformerSpec> input_transformer{};
  std::string message_group_id{};                   ///< SqsParameters: of a FIFO queue
  std::optional<std::int64_t> retry_attempts{};     ///< RetryPolicy, 0..185
  std::optional<std::int64_t> event_age_seconds{};  ///< RetryPolicy, 60..86400
  std::string dead_letter_arn{};                    ///< of a queue
  std::string role_arn{};                           ///< shown again; nobody's permissions are checked
};

struct FailedTarget {
  std::string target_id;
  std::string error_code;
  std::string error_message;
};

class Rules {
 public:
  virtual ~Rules() = default;
  /// Makes the rule, or changes everything of it but its targets. Gives its ARN.
  virtual ApiResult<std::string> put_rule(PutRuleRequest request) = 0;
  virtual ApiResult<RuleInfo> describe_rule(const std::string& rule, const std::string& bus) = 0;
  virtual ApiResult<Page<RuleInfo>> list_rules(const std::string& bus, ListRequest request) = 0;
  virtual ApiResult<> enable_rule(const std::string& rule, const std::string& bus, bool is_enabled) = 0;
  /// A rule that is not there is deleted, too. `force` is for managed rules.
  virtual ApiResult<> delete_rule(const std::string& rule, const std::string& bus, bool force) = 0;

  /// A target of a known id is replaced. Deliveries under way keep the target that they began with.
  virtual ApiResult<std::vector<FailedTarget>> put_targets(const std::string& rule, const std::string& bus,
                                                           std::vector<TargetSpec> targets) = 0;
  virtual ApiResult<Page<TargetSpec>> list_targets_by_rule(const std::string& rule, const std::string& bus,
                                                           ListRequest request) = 0;
  virtual ApiResult<std::vector<FailedTarget>> remove_targets(const std::string& rule, const std::string& bus,
                                                              const std::vector<std::string>& ids) = 0;
  virtual ApiResult<Page<std::string>> list_rule_names_by_target(const std::string& target_arn,
                                                                 const std::string& bus,
                                                                 ListRequest request) = 0;

  /// Whether the pattern matches; both as JSON text.
  virtual ApiResult<bool> test_event_pattern(const std::string& pattern, const std::string& event) = 0;
};

}  // namespace emulator::bus
