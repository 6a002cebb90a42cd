#include "emulator/edge/scaling_policies.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace emulator::edge {
namespace {

using kernel::Json;
using scaling::AdjustmentType;
using scaling::StepConfig;
using scaling::TrackedMetric;
using scaling::TrackingConfig;

constexpr const char* kTracking = "TargetTrackingScaling";
constexpr const char* kStep = "StepScaling";

constexpr std::array kMetrics = {
    std::pair{TrackedMetric::Cpu, std::string_view{"ECSServiceAverageCPUUtilization"}},
    std::pair{TrackedMetric::RequestsPerTarget, std::string_view{"ALBRequestCountPerTarget"}},
};
constexpr std::array kAdjustments = {
    std::pair{AdjustmentType::ChangeInCapacity, std::string_view{"ChangeInCapacity"}},
    std::pair{AdjustmentType::PercentChangeInCapacity, std::string_view{"PercentChangeInCapacity"}},
    std::pair{AdjustmentType::ExactCapacity, std::string_view{"ExactCapacity"}},
};

AwsError invalid(std::string message) {
  return {.code = "ValidationException", .message = std::move(message)};
}

/// The value of that name; what is unknown is noted, by name.
template <class Words>
auto value_named(Members& in, const Words& words, const std::string& name, const char* member) {
  const auto found = std::ranges::find(words, std::string_view(name), [](const auto& w) { return w.second; });
  if (found != words.end()) return found->first;
  if (!name.empty()) in.fail(not_emulated("Application Auto Scaling's " + std::string(member) + " " + name));
  return words.front().first;
}

template <class Words, class Value>
std::string_view name_of(const Words& words, Value value) {
  return std::ranges::find(words, value, [](const auto& w) { return w.first; })->second;
}

kernel::Duration seconds_in(Members& in, const char* member, kernel::Duration absent) {
  const auto seconds = in.integer(member);
  if (!seconds) return absent;
  if (*seconds < 0) in.fail(invalid(std::string(member) + " cannot be negative."));
  return std::chrono::seconds{*seconds};
}

std::int64_t whole_seconds(kernel::Duration duration) { return duration / std::chrono::seconds{1}; }

TrackingConfig tracking_in(Members& parent, const Json& structure) {
  Members in(parent, structure, "TargetTrackingScalingPolicyConfiguration");
  TrackingConfig config;
  config.target = in.number("TargetValue").value_or(0);
  config.out_cooldown = seconds_in(in, "ScaleOutCooldown", config.out_cooldown);
  config.in_cooldown = seconds_in(in, "ScaleInCooldown", config.in_cooldown);
  config.is_in_disabled = in.boolean("DisableScaleIn").value_or(false);
  if (in.object("CustomizedMetricSpecification") != nullptr)
    in.fail(not_emulated("Application Auto Scaling's CustomizedMetricSpecification"));
  const Json* metric = in.object("PredefinedMetricSpecification");
  if (metric == nullptr) {
    in.fail(invalid("A target tracking policy needs a PredefinedMetricSpecification."));
    return config;
  }
  Members predefined(in, *metric, "PredefinedMetricSpecification");
  config.metric = value_named(predefined, kMetrics, predefined.required_text("PredefinedMetricType"),
                              "PredefinedMetricType");
  predefined.ignore("ResourceLabel");  // the load balancer of the rig is the only one
  return config;
}

StepConfig steps_in(Members& parent, const Json& structure) {
  Members in(parent, structure, "StepScalingPolicyConfiguration");
  StepConfig config;
  config.type = value_named(in, kAdjustments, in.required_text("AdjustmentType"), "AdjustmentType");
  config.cooldown = seconds_in(in, "Cooldown", std::chrono::seconds{300});
  config.magnitude_min = in.integer("MinAdjustmentMagnitude").value_or(0);
  in.ignore("MetricAggregationType");  // the alarm says which statistic it looks at
  const Json* steps = in.array("StepAdjustments");
  for (std::size_t i = 0; steps != nullptr && i < steps->size(); ++i) {
    Members step(in, (*steps)[i], "StepAdjustments." + std::to_string(i + 1));
    const auto lower = step.number("MetricIntervalLowerBound");
    const auto upper = step.number("MetricIntervalUpperBound");
    const auto change = step.integer("ScalingAdjustment");
    if (!change) step.fail(invalid("A step needs a ScalingAdjustment."));
    config.steps.push_back({.lower = lower, .upper = upper, .change = change.value_or(0)});
  }
  if (config.steps.empty()) in.fail(invalid("A step scaling policy needs StepAdjustments."));
  return config;
}

Json shown(const TrackingConfig& config) {
  return {{"TargetValue", config.target},
          {"PredefinedMetricSpecification", {{"PredefinedMetricType", name_of(kMetrics, config.metric)}}},
          {"ScaleOutCooldown", whole_seconds(config.out_cooldown)},
          {"ScaleInCooldown", whole_seconds(config.in_cooldown)},
          {"DisableScaleIn", config.is_in_disabled}};
}

Json shown(const StepConfig& config) {
  Json steps = Json::array();
  for (const scaling::StepAdjustment& step : config.steps) {
    Json one = {{"ScalingAdjustment", step.change}};
    if (step.lower) one["MetricIntervalLowerBound"] = *step.lower;
    if (step.upper) one["MetricIntervalUpperBound"] = *step.upper;
    steps.push_back(std::move(one));
  }
  Json all = {{"AdjustmentType", name_of(kAdjustments, config.type)},
              {"StepAdjustments", std::move(steps)},
              {"Cooldown", whole_seconds(config.cooldown)}};
  if (config.magnitude_min != 0) all["MinAdjustmentMagnitude"] = config.magnitude_min;
  return all;
}

}  // namespace

std::variant<TrackingConfig, StepConfig> policy_config_in(Members& in) {
  const Json* tracking = in.object("TargetTrackingScalingPolicyConfiguration");
  const Json* steps = in.object("StepScalingPolicyConfiguration");
  const std::string type = in.text("PolicyType").value_or(tracking != nullptr ? kTracking : kStep);
  if (type == kTracking && tracking != nullptr && steps == nullptr) return tracking_in(in, *tracking);
  if (type == kStep && steps != nullptr && tracking == nullptr) return steps_in(in, *steps);
  if (type != kTracking && type != kStep) {
    in.fail(not_emulated("Application Auto Scaling's policy type " + type));
  } else {
    in.fail(invalid("A " + type + " policy needs " + type + "PolicyConfiguration, and no other."));
  }
  return TrackingConfig{};
}

void show_policy_config(const scaling::ScalingPolicy& policy, Json& shown_policy) {
  const bool is_tracking = std::holds_alternative<TrackingConfig>(policy.config);
  const std::string type = is_tracking ? kTracking : kStep;
  shown_policy["PolicyType"] = type;
  shown_policy[type + "PolicyConfiguration"] =
      std::visit([](const auto& config) { return shown(config); }, policy.config);
}

}  // namespace emulator::edge
