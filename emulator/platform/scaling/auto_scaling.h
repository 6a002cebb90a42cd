#pragma once
// Application Auto Scaling: policies that move the capacity of a target when an alarm of theirs says so.
//
//   metric ──> alarm high, 3 of 3 minutes ──> out at once, by proportion
//          └─> alarm low, 15 of 15 minutes ─> in
//
// Source: facts/aws-platform 1.9 "Target tracking". While the cooldown of a scale-out runs, a further one
// counts from the capacity before it, and happens if it is larger (ASSUMPTION: what else "only a larger one"
// can mean; it begins the cooldown anew). A scale-out ends the cooldown of a scale-in. Of several policies,
// one is enough to scale out, and all must want to scale in; the largest capacity wins. No data, no action.
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "emulator/platform/metrics/alarm_ports.h"
#include "emulator/platform/scaling/ports.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::scaling {

class AutoScaling final : public ScalingApi, public metrics::ScalingAction {
 public:
  /// It outlives it.
  AutoScaling(std::uint64_t seed, kernel::Scheduler& scheduler)
      : scheduler_(scheduler), ids_(seed, "scaling") {}

  /// Where policies make their alarms. Before anything is registered; it outlives this.
  void use(metrics::AlarmsApi& alarms) { alarms_ = &alarms; }
  /// There is such a resource. It outlives this.
  void offer(const Dimension& dimension, Scalable& scalable, TrackedMetrics metrics);

  Answer<ScalableTarget> register_target(ScalableTarget target) override;
  Answer<> deregister_target(const Dimension& dimension) override;
  std::vector<ScalableTarget> describe_targets() const override;
  Answer<ScalingPolicy> put_policy(ScalingPolicy policy) override;
  Answer<> delete_policy(const Dimension& dimension, std::string_view name) override;
  std::vector<ScalingPolicy> describe_policies() const override;
  std::vector<ScalingActivity> describe_activities() const override;

  void act(const metrics::ScalingSignal& signal) override;

 private:
  struct Resource {
    Scalable* scalable;
    TrackedMetrics metrics;
  };
  struct Policy {
    ScalingPolicy info;
    std::string high;  ///< name of the alarm, of target tracking
    /// What it wanted when its low alarm last spoke, and when that was.
    std::int64_t wants = 0;
    std::optional<kernel::Timestamp> wanted_at{};
  };
  struct Target {
    ScalableTarget info;
    std::map<std::string, Policy, std::less<>> policies{};
    kernel::Timestamp out_until{};  ///< end of the cooldown of the last scale-out
    std::int64_t out_base = 0;      ///< capacity before it
    kernel::Timestamp in_until{};
    kernel::Timestamp step_until{};
  };

  Answer<> make_alarms(const Resource& resource, Policy& policy);
  Policy* find(std::string_view policy_arn, Target*& target);
  void track(Target& target, Policy& policy, const metrics::ScalingSignal& signal);
  void scale_out(Target& target, const Policy& policy, double value, const std::string& cause);
  void scale_in(Target& target, Policy& policy, double value, const std::string& cause);
  void step(Target& target, const Policy& policy, const metrics::ScalingSignal& signal);
  void set(const Target& target, std::int64_t capacity, const std::string& cause);
  Scalable& scalable_of(const Target& target) { return *resources_.at(target.info.dimension).scalable; }

  kernel::Scheduler& scheduler_;
  kernel::Random ids_;
  metrics::AlarmsApi* alarms_ = nullptr;
  std::map<Dimension, Resource> resources_;
  std::map<Dimension, Target> targets_;
  std::deque<ScalingActivity> activities_;  ///< the oldest first
};

/// Names of the alarms of a target tracking policy. ASSUMPTION: they end in the policy's name, where AWS has
/// an id, so that a scenario can name them.
std::string high_alarm_name(const Dimension& dimension, std::string_view policy);
std::string low_alarm_name(const Dimension& dimension, std::string_view policy);

}  // namespace emulator::scaling
