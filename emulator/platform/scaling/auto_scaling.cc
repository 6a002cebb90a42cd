// What signals of alarms set off. The control plane: scaling_api.cc.
#include "emulator/platform/scaling/auto_scaling.h"

#include <algorithm>

#include "emulator/platform/scaling/decisions.h"
#include "middleware/kernel/ids.h"

namespace emulator::scaling {
namespace {

constexpr std::size_t kActivitiesMax = 10'000;

std::int64_t within(const ScalableTarget& target, std::int64_t capacity) {
  return std::clamp(capacity, target.min, target.max);
}

}  // namespace

AutoScaling::Policy* AutoScaling::find(std::string_view policy_arn, Target*& target) {
  for (auto& [dimension, one] : targets_) {
    for (auto& [name, policy] : one.policies) {
      if (policy.info.arn != policy_arn) continue;
      target = &one;
      return &policy;
    }
  }
  return nullptr;
}

void AutoScaling::act(const metrics::ScalingSignal& signal) {
  Target* target = nullptr;
  Policy* policy = find(signal.policy_arn, target);
  // Of a policy that is gone, or without a number to go by, nothing.
  if (policy == nullptr || !signal.metric_value) return;
  if (std::holds_alternative<StepConfig>(policy->info.config)) return step(*target, *policy, signal);
  if (signal.state == metrics::State::Alarm) track(*target, *policy, signal);
}

void AutoScaling::track(Target& target, Policy& policy, const metrics::ScalingSignal& signal) {
  const std::string cause =
      "monitor alarm " + signal.alarm + " in state ALARM triggered policy " + policy.info.name;
  if (signal.alarm == policy.high) return scale_out(target, policy, *signal.metric_value, cause);
  scale_in(target, policy, *signal.metric_value, cause);
}

void AutoScaling::scale_out(Target& target, const Policy& policy, double value, const std::string& cause) {
  if (target.info.is_out_suspended) return;
  const auto& config = std::get<TrackingConfig>(policy.info.config);
  const std::int64_t now = scalable_of(target).capacity();
  const bool is_cooling = scheduler_.now() < target.out_until;
  const std::int64_t base = is_cooling ? target.out_base : now;
  const std::int64_t wanted = within(target.info, tracked_capacity(base, value, config.target));
  if (wanted <= now) return;
  target.out_base = base;
  target.out_until = scheduler_.now() + config.out_cooldown;
  target.in_until = {};
  set(target, wanted, cause);
}

void AutoScaling::scale_in(Target& target, Policy& policy, double value, const std::string& cause) {
  const auto& config = std::get<TrackingConfig>(policy.info.config);
  const std::int64_t now = scalable_of(target).capacity();
  policy.wants = tracked_capacity(now, value, config.target);
  policy.wanted_at = scheduler_.now();
  std::int64_t wanted = 0;
  for (const auto& [name, other] : target.policies) {
    const auto* tracking = std::get_if<TrackingConfig>(&other.info.config);
    if (tracking == nullptr || tracking->is_in_disabled) continue;
    if (other.wanted_at != scheduler_.now()) return;  // not all of them want to
    wanted = std::max(wanted, other.wants);
  }
  if (target.info.is_in_suspended || scalable_of(target).is_scale_in_suspended()) return;
  if (scheduler_.now() < target.in_until) return;
  wanted = within(target.info, wanted);
  if (wanted >= now) return;
  target.in_until = scheduler_.now() + config.in_cooldown;
  set(target, wanted, cause);
}

void AutoScaling::step(Target& target, const Policy& policy, const metrics::ScalingSignal& signal) {
  const auto& config = std::get<StepConfig>(policy.info.config);
  if (scheduler_.now() < target.step_until) return;
  const std::int64_t now = scalable_of(target).capacity();
  const std::int64_t wanted =
      within(target.info, stepped_capacity(config, now, *signal.metric_value - signal.threshold));
  if (wanted == now) return;
  const bool is_out = wanted > now;
  if (is_out ? target.info.is_out_suspended
             : target.info.is_in_suspended || scalable_of(target).is_scale_in_suspended())
    return;
  target.step_until = scheduler_.now() + config.cooldown;
  set(target, wanted,
      "monitor alarm " + signal.alarm + " in state " + std::string(to_text(signal.state)) +
          " triggered policy " + policy.info.name);
}

void AutoScaling::set(const Target& target, std::int64_t capacity, const std::string& cause) {
  activities_.push_back({.id = kernel::uuid4(ids_),
                         .dimension = target.info.dimension,
                         .description = "Setting desired count to " + std::to_string(capacity) + ".",
                         .cause = cause,
                         .at = scheduler_.wall_now()});
  if (activities_.size() > kActivitiesMax) activities_.pop_front();
  scalable_of(target).set_capacity(capacity, cause);
}

std::vector<ScalingActivity> AutoScaling::describe_activities() const {
  return {activities_.rbegin(), activities_.rend()};
}

}  // namespace emulator::scaling
