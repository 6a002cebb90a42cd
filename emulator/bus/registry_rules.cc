// Rules.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/bus/errors.h"
#include "emulator/bus/page.h"
#include "emulator/bus/registry.h"
#include "middleware/kernel/check.h"

namespace emulator::bus {
namespace {

constexpr std::string_view kArchiver = "prod.vhs.events.aws.internal";
constexpr std::size_t kDescriptionMax = 512;

RuleInfo info_of(const Rule& rule, const EventBus& bus) {
  return {.name = rule.name,
          .arn = rule.arn,
          .event_bus = bus.info.name,
          .event_pattern = rule.pattern_text,
          .is_enabled = rule.is_enabled,
          .description = rule.description,
          .role_arn = rule.role_arn,
          .managed_by = rule.managed_by,
          .created_by = std::string(kAccount)};
}

/// What the archive wants, of events that are no replays: none is kept twice.
std::string archive_pattern(const std::string& wanted) {
  constexpr std::string_view kNoReplay = R"("replay-name":[{"exists":false}]})";
  const std::size_t end = wanted.find_last_not_of(" \t\r\n");
  // What is no object is left to the compiler of patterns.
  if (!wanted.empty() && (end == std::string::npos || wanted[end] != '}')) return wanted;
  const std::string head = wanted.empty() ? "{" : wanted.substr(0, end);
  const bool is_empty_object = head.find_first_not_of("{ \t\r\n") == std::string::npos;
  if (!wanted.empty() && is_empty_object) return wanted;
  return head + (is_empty_object ? "" : ",") + std::string(kNoReplay);
}

std::string archive_rule_name(const std::string& archive) { return "Events-Archive-" + archive; }

}  // namespace

void Registry::refresh(EventBus& bus) {
  bus.live.clear();
  bus.patterns = patterns::PatternSet();
  for (const auto& rule : bus.rules) {
    if (!rule->is_enabled || rule->targets.empty()) continue;
    bus.live.push_back(rule.get());
    bus.patterns.add(rule->pattern);
  }
}

ApiResult<Registry::Found> Registry::find_rule(const std::string& rule, const std::string& bus) {
  EventBus* found_bus = find_bus(bus);
  if (found_bus == nullptr) return std::unexpected(bus_not_found(bus_name(bus)));
  const auto found = std::ranges::find(found_bus->rules, rule, [](const auto& r) { return r->name; });
  if (found == found_bus->rules.end()) return std::unexpected(rule_not_found(rule, found_bus->info.name));
  return Found{found_bus, found->get()};
}

ApiResult<std::string> Registry::put_rule(PutRuleRequest request) {
  if (auto error = check_name(request.name, {.place = "name"})) return std::unexpected(*error);
  if (request.description.size() > kDescriptionMax) {
    return std::unexpected(
        constraint(request.description, "description", "Member must have length less than or equal to 512"));
  }
  EventBus* bus = find_bus(request.event_bus);
  if (bus == nullptr) return std::unexpected(bus_not_found(bus_name(request.event_bus)));
  if (!request.schedule_expression.empty()) {
    return std::unexpected(validation("ScheduleExpression is not emulated: a rule needs an EventPattern."));
  }
  if (request.event_pattern.empty()) {
    return std::unexpected(validation("Parameter(s) EventPattern or ScheduleExpression must be specified."));
  }
  auto pattern = compiled_pattern(request.event_pattern);
  if (!pattern) return std::unexpected(pattern.error());

  const auto known = std::ranges::find(bus->rules, request.name, [](const auto& r) { return r->name; });
  Rule* rule = nullptr;
  if (known != bus->rules.end()) {
    rule = known->get();
    if (!rule->managed_by.empty()) return std::unexpected(managed_rule(rule->name, rule->managed_by));
    rule->pattern = std::move(*pattern);
  } else {
    if (std::cmp_greater_equal(bus->rules.size(), limits_.rules_max))
      return std::unexpected(limit_exceeded());
    bus->rules.push_back(std::make_unique<Rule>(Rule{.name = request.name,
                                                     .arn = rule_arn(bus->info.name, request.name),
                                                     .pattern_text = {},
                                                     .pattern = std::move(*pattern)}));
    rule = bus->rules.back().get();
  }
  rule->pattern_text = std::move(request.event_pattern);
  rule->is_enabled = request.is_enabled;
  rule->description = std::move(request.description);
  rule->role_arn = std::move(request.role_arn);
  refresh(*bus);
  return rule->arn;
}

ApiResult<RuleInfo> Registry::describe_rule(const std::string& rule, const std::string& bus) {
  const auto found = find_rule(rule, bus);
  if (!found) return std::unexpected(found.error());
  return info_of(*found->rule, *found->bus);
}

ApiResult<Page<RuleInfo>> Registry::list_rules(const std::string& name_or_arn, ListRequest request) {
  const EventBus* found = bus(name_or_arn);
  if (found == nullptr) return std::unexpected(bus_not_found(bus_name(name_or_arn)));
  std::vector<std::pair<std::string, RuleInfo>> named;
  for (const auto& rule : found->rules) named.emplace_back(rule->name, info_of(*rule, *found));
  return page_of(std::move(named), request);
}

ApiResult<> Registry::enable_rule(const std::string& rule, const std::string& bus, bool is_enabled) {
  const auto found = find_rule(rule, bus);
  if (!found) return std::unexpected(found.error());
  if (!found->rule->managed_by.empty()) return std::unexpected(managed_rule(rule, found->rule->managed_by));
  if (std::exchange(found->rule->is_enabled, is_enabled) == is_enabled) return {};
  journal_.transition({.kind = "rule",
                       .subject = rule,
                       .owner = found->bus->info.name,
                       .from = is_enabled ? "DISABLED" : "ENABLED",
                       .to = is_enabled ? "ENABLED" : "DISABLED",
                       .why = "asked for"});
  refresh(*found->bus);
  return {};
}

ApiResult<> Registry::delete_rule(const std::string& rule, const std::string& bus, bool force) {
  EventBus* found_bus = find_bus(bus);
  if (found_bus == nullptr) return std::unexpected(bus_not_found(bus_name(bus)));
  const auto found = std::ranges::find(found_bus->rules, rule, [](const auto& r) { return r->name; });
  if (found == found_bus->rules.end()) return {};
  if (!(*found)->managed_by.empty() && !force)
    return std::unexpected(managed_rule(rule, (*found)->managed_by));
  if (!(*found)->targets.empty() && (*found)->managed_by.empty()) {
    return std::unexpected(validation("Rule can't be deleted since it has targets."));
  }
  found_bus->rules.erase(found);
  refresh(*found_bus);
  return {};
}

ApiResult<bool> Registry::test_event_pattern(const std::string& pattern, const std::string& event) {
  const auto compiled = compiled_pattern(pattern);
  if (!compiled) return std::unexpected(compiled.error());
  const auto parsed = kernel::parse_json(event);
  if (!parsed || !parsed->is_object()) return std::unexpected(validation("Parameter Event is not valid."));
  return compiled->matches(event);
}

ApiResult<> Registry::put_archive_rule(const std::string& archive, const std::string& bus,
                                       const std::string& pattern_text) {
  EventBus* found = find_bus(bus);
  if (found == nullptr) return std::unexpected(bus_not_found(bus_name(bus)));
  const std::string text = archive_pattern(pattern_text);
  auto pattern = compiled_pattern(text);
  if (!pattern) return std::unexpected(pattern.error());
  const std::string name = archive_rule_name(archive);
  delete_archive_rule(archive, bus);
  Rule rule{.name = name,
            .arn = rule_arn(found->info.name, name),
            .pattern_text = text,
            .pattern = std::move(*pattern),
            .managed_by = std::string(kArchiver)};
  Target target{.spec = {.id = name, .arn = archive_arn(archive)},
                .destination = ArchiveTarget{archive},
                .rule_name = name,
                .rule_arn = rule.arn};
  rule.targets.push_back(std::make_shared<const Target>(std::move(target)));
  found->rules.push_back(std::make_unique<Rule>(std::move(rule)));
  refresh(*found);
  return {};
}

void Registry::delete_archive_rule(const std::string& archive, const std::string& bus) {
  EventBus* found = find_bus(bus);
  if (found == nullptr) return;
  const std::string name = archive_rule_name(archive);
  std::erase_if(found->rules, [&name](const auto& r) { return r->name == name && !r->managed_by.empty(); });
  refresh(*found);
}

}  // namespace emulator::bus
