// Targets of rules.
#include <algorithm>

#include "emulator/bus/errors.h"
#include "emulator/bus/page.h"
#include "emulator/bus/registry.h"

namespace emulator::bus {

ApiResult<std::vector<FailedTarget>> Registry::put_targets(const std::string& rule, const std::string& bus,
                                                           std::vector<TargetSpec> targets) {
  if (targets.empty()) {
    return std::unexpected(constraint("[]", "targets", "Member must have length greater than or equal to 1"));
  }
  std::vector<TargetConfig> configs;
  configs.reserve(targets.size());
  for (TargetSpec& spec : targets) configs.push_back({.spec = std::move(spec), .retry = retry_});
  if (auto put = put_targets(rule, bus, std::move(configs)); !put) return std::unexpected(put.error());
  // What the service reports here, concurrent changes of a rule, cannot happen: calls come one by one.
  return std::vector<FailedTarget>{};
}

ApiResult<> Registry::put_targets(const std::string& rule, const std::string& bus,
                                  std::vector<TargetConfig> targets) {
  const auto found = find_rule(rule, bus);
  if (!found) return std::unexpected(found.error());
  if (!found->rule->managed_by.empty()) return std::unexpected(managed_rule(rule, found->rule->managed_by));
  std::vector<TargetPtr> all = found->rule->targets;
  std::size_t number = 0;
  for (TargetConfig& config : targets) {
    auto target =
        compile_target(std::move(config.spec), config.retry,
                       {.rule_name = found->rule->name, .rule_arn = found->rule->arn, .number = ++number});
    if (!target) return std::unexpected(target.error());
    const auto known =
        std::ranges::find(all, (*target)->spec.id, [](const TargetPtr& t) { return t->spec.id; });
    if (known != all.end()) {
      *known = std::move(*target);
    } else {
      all.push_back(std::move(*target));
    }
  }
  if (std::cmp_greater(all.size(), limits_.targets_max)) return std::unexpected(limit_exceeded());
  found->rule->targets = std::move(all);
  refresh(*found->bus);
  return {};
}

ApiResult<Page<TargetSpec>> Registry::list_targets_by_rule(const std::string& rule, const std::string& bus,
                                                           ListRequest request) {
  const auto found = find_rule(rule, bus);
  if (!found) return std::unexpected(found.error());
  std::vector<std::pair<std::string, TargetSpec>> named;
  for (const TargetPtr& target : found->rule->targets) named.emplace_back(target->spec.id, target->spec);
  return page_of(std::move(named), request);
}

ApiResult<std::vector<FailedTarget>> Registry::remove_targets(const std::string& rule, const std::string& bus,
                                                              const std::vector<std::string>& ids) {
  const auto found = find_rule(rule, bus);
  if (!found) return std::unexpected(found.error());
  if (!found->rule->managed_by.empty()) {
    return std::unexpected(managed_rule(rule, found->rule->managed_by));
  }
  std::vector<FailedTarget> failed;
  for (const std::string& id : ids) {
    const auto removed =
        std::erase_if(found->rule->targets, [&id](const TargetPtr& t) { return t->spec.id == id; });
    if (removed > 0) continue;
    // ASSUMPTION: the text.
    failed.push_back(
        {.target_id = id,
         .error_code = "ResourceNotFoundException",
         .error_message = "Rule '" + rule + "' does not have a target with the Id '" + id + "'."});
  }
  refresh(*found->bus);
  return failed;
}

ApiResult<Page<std::string>> Registry::list_rule_names_by_target(const std::string& target_arn,
                                                                 const std::string& name_or_arn,
                                                                 ListRequest request) {
  const EventBus* found = bus(name_or_arn);
  if (found == nullptr) return std::unexpected(bus_not_found(bus_name(name_or_arn)));
  std::vector<std::pair<std::string, std::string>> named;
  for (const auto& rule : found->rules) {
    const bool has_it = std::ranges::any_of(
        rule->targets, [&target_arn](const TargetPtr& t) { return t->spec.arn == target_arn; });
    if (has_it) named.emplace_back(rule->name, rule->name);
  }
  return page_of(std::move(named), request);
}

}  // namespace emulator::bus
