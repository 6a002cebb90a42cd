// The control plane: targets are registered, policies are put, with the alarms that they watch.
#include <algorithm>

#include "emulator/arn/arn.h"
#include "emulator/platform/scaling/auto_scaling.h"
#include "emulator/platform/scaling/decisions.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/ids.h"

namespace emulator::scaling {
namespace {

metrics::ApiError refusal(const char* shape, std::string message) {
  return {.code = shape, .shape = shape, .status = 400, .message = std::move(message)};
}
metrics::ApiError invalid(std::string message) { return refusal("ValidationException", std::move(message)); }

metrics::ApiError no_target(const Dimension& dimension) {
  return refusal("ObjectNotFoundException",
                 "No scalable target registered for service namespace: " + dimension.service_namespace +
                     ", resource ID: " + dimension.resource + ", scalable dimension: " + dimension.name);
}

std::string alarm_name(const Dimension& dimension, const char* which, std::string_view policy) {
  return "TargetTracking-" + dimension.resource + "-" + which + "-" + std::string(policy);
}

std::string problem_of(const TrackingConfig& config) {
  if (config.target <= 0) return "The target value must be above 0.";
  if (config.high_points < 1 || config.low_points < 1) return "An alarm needs at least one point.";
  return "";
}
std::string problem_of(const StepConfig& config) { return steps_problem(config.steps); }

}  // namespace

std::string high_alarm_name(const Dimension& dimension, std::string_view policy) {
  return alarm_name(dimension, "AlarmHigh", policy);
}
std::string low_alarm_name(const Dimension& dimension, std::string_view policy) {
  return alarm_name(dimension, "AlarmLow", policy);
}

void AutoScaling::offer(const Dimension& dimension, Scalable& scalable, TrackedMetrics metrics) {
  resources_.insert_or_assign(dimension, Resource{&scalable, std::move(metrics)});
}

Answer<ScalableTarget> AutoScaling::register_target(ScalableTarget target) {
  const auto resource = resources_.find(target.dimension);
  if (resource == resources_.end()) {
    return std::unexpected(
        invalid("There is no " + target.dimension.name + " of " + target.dimension.resource + "."));
  }
  if (target.min < 0 || target.max < target.min)
    return std::unexpected(invalid("Maximum capacity cannot be less than minimum capacity"));
  if (target.max > kCapacityMax)
    return std::unexpected(invalid("Maximum capacity cannot be above " + std::to_string(kCapacityMax)));
  const auto [found, is_new] = targets_.try_emplace(target.dimension);
  ScalableTarget& stored = found->second.info;
  target.arn = is_new ? make_arn("application-autoscaling", "scalable-target/" + kernel::hex16(ids_.bits()))
                      : stored.arn;
  target.created = is_new ? scheduler_.wall_now() : stored.created;
  stored = std::move(target);
  const std::int64_t now = resource->second.scalable->capacity();
  const std::int64_t wanted = std::clamp(now, stored.min, stored.max);
  if (wanted != now)
    set(found->second, wanted, wanted > now ? "minimum capacity was set" : "maximum capacity was set");
  return stored;
}

Answer<> AutoScaling::deregister_target(const Dimension& dimension) {
  const auto found = targets_.find(dimension);
  if (found == targets_.end()) return std::unexpected(no_target(dimension));
  while (!found->second.policies.empty()) {
    const std::string name = found->second.policies.begin()->first;
    if (auto deleted = delete_policy(dimension, name); !deleted) return deleted;
  }
  targets_.erase(found);
  return {};
}

std::vector<ScalableTarget> AutoScaling::describe_targets() const {
  std::vector<ScalableTarget> all;
  all.reserve(targets_.size());
  for (const auto& [dimension, target] : targets_) all.push_back(target.info);
  return all;
}

Answer<> AutoScaling::make_alarms(const Resource& resource, Policy& policy) {
  const auto& config = std::get<TrackingConfig>(policy.info.config);
  const bool is_cpu = config.metric == TrackedMetric::Cpu;
  metrics::MetricAlarm high;
  high.description = "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy " + policy.info.arn + ".";
  high.alarm_actions = {policy.info.arn};
  high.metric = {.metric = is_cpu ? resource.metrics.cpu : resource.metrics.requests_per_target,
                 .period = 60,
                 .stat = is_cpu ? "Average" : "Sum"};
  metrics::MetricAlarm low = high;
  high.name = high_alarm_name(policy.info.dimension, policy.info.name);
  high.evaluation_periods = config.high_points;
  high.threshold = config.target;
  high.comparison = metrics::Comparison::Greater;
  low.name = low_alarm_name(policy.info.dimension, policy.info.name);
  low.evaluation_periods = config.low_points;
  low.threshold = config.target * config.low_share;
  low.comparison = metrics::Comparison::Less;
  policy.high = high.name;
  policy.info.alarms = {{high.name, make_arn("cloudwatch", "alarm:" + high.name)}};
  if (auto put = alarms_->put_metric_alarm(std::move(high)); !put) return put;
  if (config.is_in_disabled) return {};
  policy.info.alarms.push_back({low.name, make_arn("cloudwatch", "alarm:" + low.name)});
  return alarms_->put_metric_alarm(std::move(low));
}

Answer<ScalingPolicy> AutoScaling::put_policy(ScalingPolicy policy) {
  CHECK(alarms_ != nullptr);
  const auto target = targets_.find(policy.dimension);
  if (target == targets_.end()) return std::unexpected(no_target(policy.dimension));
  if (policy.name.empty()) return std::unexpected(invalid("A policy needs a name."));
  std::string problem = std::visit([](const auto& config) { return problem_of(config); }, policy.config);
  if (!problem.empty()) return std::unexpected(invalid(std::move(problem)));
  const auto old = target->second.policies.find(policy.name);
  const bool is_new = old == target->second.policies.end();
  if (!is_new && old->second.info.config.index() != policy.config.index())
    return std::unexpected(invalid("The type of a policy cannot be changed."));
  policy.arn = is_new ? make_arn("autoscaling", "scalingPolicy:" + kernel::uuid4(ids_) + ":resource/" +
                                                    policy.dimension.service_namespace + "/" +
                                                    policy.dimension.resource + ":policyName/" + policy.name)
                      : old->second.info.arn;
  policy.created = is_new ? scheduler_.wall_now() : old->second.info.created;
  if (!is_new) {
    if (auto deleted = delete_policy(policy.dimension, policy.name); !deleted)
      return std::unexpected(deleted.error());
  }
  Policy stored{.info = std::move(policy), .high = {}};
  if (std::holds_alternative<TrackingConfig>(stored.info.config)) {
    const auto made = make_alarms(resources_.at(stored.info.dimension), stored);
    if (!made) return std::unexpected(made.error());
  }
  const std::string name = stored.info.name;
  return target->second.policies.insert_or_assign(name, std::move(stored)).first->second.info;
}

Answer<> AutoScaling::delete_policy(const Dimension& dimension, std::string_view name) {
  const auto target = targets_.find(dimension);
  if (target == targets_.end()) return std::unexpected(no_target(dimension));
  const auto found = target->second.policies.find(name);
  if (found == target->second.policies.end()) {
    return std::unexpected(
        refusal("ObjectNotFoundException", "No scaling policy found for policy name: " + std::string(name)));
  }
  std::vector<std::string> alarms;
  for (const PolicyAlarm& alarm : found->second.info.alarms) alarms.push_back(alarm.name);
  if (auto deleted = alarms_->delete_alarms(alarms); !deleted) return deleted;
  target->second.policies.erase(found);
  return {};
}

std::vector<ScalingPolicy> AutoScaling::describe_policies() const {
  std::vector<ScalingPolicy> all;
  for (const auto& [dimension, target] : targets_) {
    for (const auto& [name, policy] : target.policies) all.push_back(policy.info);
  }
  return all;
}

}  // namespace emulator::scaling
