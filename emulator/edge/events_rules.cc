#include <nlohmann/json.hpp>

#include "emulator/edge/events.h"

namespace emulator::edge {
namespace {

using kernel::Json;

Json rule_json(const bus::RuleInfo& info) {
  Json json = {{"Name", info.name}, {"Arn", info.arn}};
  add_text(json, "EventPattern", info.event_pattern);
  json["State"] = info.is_enabled ? "ENABLED" : "DISABLED";
  add_text(json, "Description", info.description);
  add_text(json, "RoleArn", info.role_arn);
  add_text(json, "ManagedBy", info.managed_by);
  json["EventBusName"] = info.event_bus;
  return json;
}

Json target_json(const bus::TargetSpec& target) {
  Json json = {{"Id", target.id}, {"Arn", target.arn}};
  add_text(json, "RoleArn", target.role_arn);
  if (target.input) json["Input"] = *target.input;
  if (target.input_path) json["InputPath"] = *target.input_path;
  if (target.input_transformer) {
    Json& transformer = json["InputTransformer"] = Json::object();
    for (const auto& [variable, path] : target.input_transformer->paths)
      transformer["InputPathsMap"][variable] = path;
    transformer["InputTemplate"] = target.input_transformer->text;
  }
  if (!target.message_group_id.empty()) json["SqsParameters"] = {{"MessageGroupId", target.message_group_id}};
  if (target.retry_attempts) json["RetryPolicy"]["MaximumRetryAttempts"] = *target.retry_attempts;
  if (target.event_age_seconds) json["RetryPolicy"]["MaximumEventAgeInSeconds"] = *target.event_age_seconds;
  if (!target.dead_letter_arn.empty()) json["DeadLetterConfig"] = {{"Arn", target.dead_letter_arn}};
  return json;
}

void read_structures(Members& in, bus::TargetSpec& target) {
  if (const Json* structure = in.object("InputTransformer")) {
    Members transformer(in, *structure, "InputTransformer");
    target.input_transformer = {.paths = transformer.text_map("InputPathsMap"),
                                .text = transformer.required_text("InputTemplate")};
  }
  if (const Json* structure = in.object("SqsParameters")) {
    Members parameters(in, *structure, "SqsParameters");
    target.message_group_id = parameters.text_or_empty("MessageGroupId");
  }
  if (const Json* structure = in.object("RetryPolicy")) {
    Members policy(in, *structure, "RetryPolicy");
    target.retry_attempts = policy.integer("MaximumRetryAttempts");
    target.event_age_seconds = policy.integer("MaximumEventAgeInSeconds");
  }
  if (const Json* structure = in.object("DeadLetterConfig")) {
    Members config(in, *structure, "DeadLetterConfig");
    target.dead_letter_arn = config.text_or_empty("Arn");
  }
}

std::vector<bus::TargetSpec> targets_in(Members& in) {
  std::vector<bus::TargetSpec> targets;
  const Json* list = in.array("Targets");
  if (!in.has("Targets")) in.fail(kEventsErrors.missing("targets"));
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    Members member(in, (*list)[i], "Targets." + std::to_string(i + 1));
    bus::TargetSpec target{.id = member.required_text("Id"),
                           .arn = member.required_text("Arn"),
                           .input = member.text("Input"),
                           .input_path = member.text("InputPath"),
                           .role_arn = member.text_or_empty("RoleArn")};
    read_structures(member, target);
    targets.push_back(std::move(target));
  }
  return targets;
}

AwsResult failures_reply(const bus::ApiResult<std::vector<bus::FailedTarget>>& failures) {
  if (!failures) return std::unexpected(error_of(failures.error()));
  Json list = Json::array();
  for (const bus::FailedTarget& failure : *failures) {
    list.push_back({{"TargetId", failure.target_id},
                    {"ErrorCode", failure.error_code},
                    {"ErrorMessage", failure.error_message}});
  }
  return reply_with({{"FailedEntryCount", list.size()}, {"FailedEntries", list}});
}

struct RuleName {
  std::string rule;
  std::string bus;
};
RuleName rule_name(Members& in, const char* member) {
  return {in.required_text(member), in.text_or_empty("EventBusName")};
}

AwsResult set_enabled(const AwsCall& call, bus::Rules& rules, bool is_enabled) {
  Members in(call, kEventsErrors);
  const auto [rule, bus] = rule_name(in, "Name");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  if (const auto done = rules.enable_rule(rule, bus, is_enabled); !done)
    return std::unexpected(error_of(done.error()));
  return AwsReply{};
}

}  // namespace

AwsResult Events::put_rule(const AwsCall& call) {
  Members in(call, kEventsErrors);
  const std::string state = in.text("State").value_or("ENABLED");
  if (state != "ENABLED" && state != "DISABLED")
    in.fail(not_emulated("EventBridge PutRule: the State " + state));
  bus::PutRuleRequest request{.name = in.required_text("Name"),
                              .event_bus = in.text_or_empty("EventBusName"),
                              .event_pattern = in.text_or_empty("EventPattern"),
                              .schedule_expression = in.text_or_empty("ScheduleExpression"),
                              .is_enabled = state == "ENABLED",
                              .description = in.text_or_empty("Description"),
                              .role_arn = in.text_or_empty("RoleArn")};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto arn = ports_.rules.put_rule(std::move(request));
  if (!arn) return std::unexpected(error_of(arn.error()));
  return reply_with({{"RuleArn", *arn}});
}

AwsResult Events::describe_rule(const AwsCall& call) {
  Members in(call, kEventsErrors);
  const auto [rule, bus] = rule_name(in, "Name");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto info = ports_.rules.describe_rule(rule, bus);
  if (!info) return std::unexpected(error_of(info.error()));
  Json output = rule_json(*info);
  add_text(output, "CreatedBy", info->created_by);
  return reply_with(std::move(output));
}

AwsResult Events::list_rules(const AwsCall& call) {
  Members in(call, kEventsErrors);
  const std::string bus = in.text_or_empty("EventBusName");
  bus::ListRequest request = list_request(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto page = ports_.rules.list_rules(bus, std::move(request));
  if (!page) return std::unexpected(error_of(page.error()));
  Json output = {{"Rules", Json::array()}};
  for (const bus::RuleInfo& info : page->items) output["Rules"].push_back(rule_json(info));
  add_text(output, "NextToken", page->next_token);
  return reply_with(std::move(output));
}

AwsResult Events::enable_rule(const AwsCall& call) { return set_enabled(call, ports_.rules, true); }
AwsResult Events::disable_rule(const AwsCall& call) { return set_enabled(call, ports_.rules, false); }

AwsResult Events::delete_rule(const AwsCall& call) {
  Members in(call, kEventsErrors);
  const auto [rule, bus] = rule_name(in, "Name");
  const bool force = in.boolean("Force").value_or(false);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  if (const auto deleted = ports_.rules.delete_rule(rule, bus, force); !deleted)
    return std::unexpected(error_of(deleted.error()));
  return AwsReply{};
}

AwsResult Events::put_targets(const AwsCall& call) {
  Members in(call, kEventsErrors);
  const auto [rule, bus] = rule_name(in, "Rule");
  std::vector<bus::TargetSpec> targets = targets_in(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return failures_reply(ports_.rules.put_targets(rule, bus, std::move(targets)));
}

AwsResult Events::list_targets_by_rule(const AwsCall& call) {
  Members in(call, kEventsErrors);
  const auto [rule, bus] = rule_name(in, "Rule");
  bus::ListRequest request{.next_token = in.text_or_empty("NextToken"), .limit = in.integer("Limit")};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto page = ports_.rules.list_targets_by_rule(rule, bus, std::move(request));
  if (!page) return std::unexpected(error_of(page.error()));
  Json output = {{"Targets", Json::array()}};
  for (const bus::TargetSpec& target : page->items) output["Targets"].push_back(target_json(target));
  add_text(output, "NextToken", page->next_token);
  return reply_with(std::move(output));
}

AwsResult Events::remove_targets(const AwsCall& call) {
  Members in(call, kEventsErrors);
  const auto [rule, bus] = rule_name(in, "Rule");
  const std::vector<std::string> ids = in.texts("Ids");
  if (!in.has("Ids")) in.fail(kEventsErrors.missing("ids"));
  if (in.boolean("Force").value_or(false)) in.fail(not_emulated("EventBridge RemoveTargets: Force"));
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return failures_reply(ports_.rules.remove_targets(rule, bus, ids));
}

AwsResult Events::list_rule_names_by_target(const AwsCall& call) {
  Members in(call, kEventsErrors);
  const std::string target = in.required_text("TargetArn");
  const std::string bus = in.text_or_empty("EventBusName");
  bus::ListRequest request{.next_token = in.text_or_empty("NextToken"), .limit = in.integer("Limit")};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto page = ports_.rules.list_rule_names_by_target(target, bus, std::move(request));
  if (!page) return std::unexpected(error_of(page.error()));
  Json output = {{"RuleNames", page->items}};
  add_text(output, "NextToken", page->next_token);
  return reply_with(std::move(output));
}

}  // namespace emulator::edge
