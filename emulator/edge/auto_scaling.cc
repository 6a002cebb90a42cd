#include "emulator/edge/auto_scaling.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "emulator/edge/box_errors.h"
#include "emulator/edge/members.h"
#include "emulator/edge/offset_page.h"
#include "emulator/edge/scaling_policies.h"

namespace emulator::edge {
namespace {

using kernel::Json;
using scaling::Dimension;

constexpr std::int64_t kPageMax = 50;

AwsError missing(std::string_view member) { return null_error("ValidationException", member); }
const MemberErrors kErrors{
    .title = "Application Auto Scaling", .missing = missing, .mistyped = serialization_error};

AwsError scaling_error(const metrics::ApiError& refusal) {
  return told_by_box({.code = refusal.code, .message = refusal.message, .status = refusal.status});
}

AwsResult empty_result(const scaling::Answer<>& answer) {
  if (!answer) return std::unexpected(scaling_error(answer.error()));
  return reply_with(Json::object());
}

Dimension dimension_in(Members& in) {
  return {.service_namespace = in.required_text("ServiceNamespace"),
          .resource = in.required_text("ResourceId"),
          .name = in.required_text("ScalableDimension")};
}

Json shown(const Dimension& dimension) {
  return {{"ServiceNamespace", dimension.service_namespace},
          {"ResourceId", dimension.resource},
          {"ScalableDimension", dimension.name}};
}

bool is_among(const std::string& name, const std::vector<std::string>& names) {
  return std::ranges::find(names, name) != names.end();
}

/// What a describing call asks for: all of a namespace, or some of it.
struct Wanted {
  std::string service_namespace;
  std::vector<std::string> resources;
  std::optional<std::string> dimension;
  std::vector<std::string> policies;
  OffsetPage page{};

  bool includes(const Dimension& its) const {
    return its.service_namespace == service_namespace && (!dimension || *dimension == its.name) &&
           (resources.empty() || is_among(its.resource, resources));
  }
};

/// `resource_member` is ResourceIds or ResourceId: some calls take several, some one.
Wanted wanted_in(Members& in, bool takes_several) {
  Wanted wanted;
  wanted.service_namespace = in.required_text("ServiceNamespace");
  if (takes_several) {
    wanted.resources = in.texts("ResourceIds");
  } else if (auto one = in.text("ResourceId")) {
    wanted.resources = {std::move(*one)};
  }
  wanted.dimension = in.text("ScalableDimension");
  const std::int64_t count = in.integer("MaxResults").value_or(kPageMax);
  if (count < 1 || count > kPageMax)
    in.fail({.code = "ValidationException", .message = "MaxResults is from 1 to 50."});
  wanted.page.count = static_cast<std::size_t>(std::clamp<std::int64_t>(count, 1, kPageMax));
  if (const auto token = in.text("NextToken")) {
    const auto begin = offset_in(*token);
    if (!begin) in.fail({.code = "InvalidNextTokenException", .message = "The next token is not valid."});
    wanted.page.begin = begin.value_or(0);
  }
  return wanted;
}

Json shown(const std::vector<scaling::PolicyAlarm>& alarms) {
  Json list = Json::array();
  for (const scaling::PolicyAlarm& alarm : alarms)
    list.push_back({{"AlarmName", alarm.name}, {"AlarmARN", alarm.arn}});
  return list;
}

Json shown(const scaling::ScalableTarget& target) {
  Json all = shown(target.dimension);
  all["MinCapacity"] = target.min;
  all["MaxCapacity"] = target.max;
  all["ScalableTargetARN"] = target.arn;
  all["CreationTime"] = epoch_seconds(target.created);
  all["SuspendedState"] = {{"DynamicScalingInSuspended", target.is_in_suspended},
                           {"DynamicScalingOutSuspended", target.is_out_suspended},
                           {"ScheduledScalingSuspended", false}};
  return all;
}

}  // namespace

kernel::Task<AwsResult> AutoScaling::call(AwsCall call) {
  using Line = Operation<AutoScaling>;
  static constexpr std::array kOperations = {
      Line{"RegisterScalableTarget", &AutoScaling::register_scalable_target},
      Line{"DeregisterScalableTarget", &AutoScaling::deregister_scalable_target},
      Line{"DescribeScalableTargets", &AutoScaling::describe_scalable_targets},
      Line{"PutScalingPolicy", &AutoScaling::put_scaling_policy},
      Line{"DeleteScalingPolicy", &AutoScaling::delete_scaling_policy},
      Line{"DescribeScalingPolicies", &AutoScaling::describe_scaling_policies},
      Line{"DescribeScalingActivities", &AutoScaling::describe_scaling_activities},
  };
  return run_operation<AutoScaling>(*this, kOperations, std::move(call));
}

AwsResult AutoScaling::register_scalable_target(const AwsCall& call) {
  Members in(call, kErrors);
  scaling::ScalableTarget target{.dimension = dimension_in(in)};
  const auto known = scaling_.describe_targets();
  const auto before = std::ranges::find(known, target.dimension, &scaling::ScalableTarget::dimension);
  if (before != known.end()) target = *before;  // what is not said stays
  const auto min = in.integer("MinCapacity");
  const auto max = in.integer("MaxCapacity");
  if (before == known.end() && (!min || !max))
    in.fail({.code = "ValidationException",
             .message = "Either min capacity or max capacity is missing for a new scalable target"});
  target.min = min.value_or(target.min);
  target.max = max.value_or(target.max);
  in.ignore("RoleARN");  // nobody is asked for permission here
  if (const Json* suspended = in.object("SuspendedState")) {
    Members state(in, *suspended, "SuspendedState");
    target.is_in_suspended = state.boolean("DynamicScalingInSuspended").value_or(target.is_in_suspended);
    target.is_out_suspended = state.boolean("DynamicScalingOutSuspended").value_or(target.is_out_suspended);
    if (state.boolean("ScheduledScalingSuspended").value_or(false))
      state.fail(not_emulated("Application Auto Scaling's scheduled scaling"));
  }
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto registered = scaling_.register_target(std::move(target));
  if (!registered) return std::unexpected(scaling_error(registered.error()));
  return reply_with({{"ScalableTargetARN", registered->arn}});
}

AwsResult AutoScaling::deregister_scalable_target(const AwsCall& call) {
  Members in(call, kErrors);
  const Dimension dimension = dimension_in(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return empty_result(scaling_.deregister_target(dimension));
}

AwsResult AutoScaling::describe_scalable_targets(const AwsCall& call) {
  Members in(call, kErrors);
  const Wanted wanted = wanted_in(in, true);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  std::vector<Json> all;
  for (const scaling::ScalableTarget& target : scaling_.describe_targets()) {
    if (wanted.includes(target.dimension)) all.push_back(shown(target));
  }
  return reply_with_page("ScalableTargets", std::move(all), wanted.page);
}

AwsResult AutoScaling::put_scaling_policy(const AwsCall& call) {
  Members in(call, kErrors);
  scaling::ScalingPolicy policy;
  policy.name = in.required_text("PolicyName");
  policy.dimension = dimension_in(in);
  policy.config = policy_config_in(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto put = scaling_.put_policy(std::move(policy));
  if (!put) return std::unexpected(scaling_error(put.error()));
  return reply_with({{"PolicyARN", put->arn}, {"Alarms", shown(put->alarms)}});
}

AwsResult AutoScaling::delete_scaling_policy(const AwsCall& call) {
  Members in(call, kErrors);
  const std::string name = in.required_text("PolicyName");
  const Dimension dimension = dimension_in(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return empty_result(scaling_.delete_policy(dimension, name));
}

AwsResult AutoScaling::describe_scaling_policies(const AwsCall& call) {
  Members in(call, kErrors);
  Wanted wanted = wanted_in(in, false);
  wanted.policies = in.texts("PolicyNames");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  std::vector<Json> all;
  for (const scaling::ScalingPolicy& policy : scaling_.describe_policies()) {
    const bool is_named = wanted.policies.empty() || is_among(policy.name, wanted.policies);
    if (!is_named || !wanted.includes(policy.dimension)) continue;
    Json one = shown(policy.dimension);
    one["PolicyName"] = policy.name;
    one["PolicyARN"] = policy.arn;
    one["Alarms"] = shown(policy.alarms);
    one["CreationTime"] = epoch_seconds(policy.created);
    show_policy_config(policy, one);
    all.push_back(std::move(one));
  }
  return reply_with_page("ScalingPolicies", std::move(all), wanted.page);
}

AwsResult AutoScaling::describe_scaling_activities(const AwsCall& call) {
  Members in(call, kErrors);
  const Wanted wanted = wanted_in(in, false);
  if (in.boolean("IncludeNotScaledActivities").value_or(false))
    in.fail(not_emulated("Application Auto Scaling's IncludeNotScaledActivities"));
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  std::vector<Json> all;
  for (const scaling::ScalingActivity& activity : scaling_.describe_activities()) {
    if (!wanted.includes(activity.dimension)) continue;
    Json one = shown(activity.dimension);
    one["ActivityId"] = activity.id;
    one["Description"] = activity.description;
    one["Cause"] = activity.cause;
    one["StartTime"] = epoch_seconds(activity.at);
    one["EndTime"] = epoch_seconds(activity.at);
    one["StatusCode"] = "Successful";
    all.push_back(std::move(one));
  }
  return reply_with_page("ScalingActivities", std::move(all), wanted.page);
}

}  // namespace emulator::edge
