#pragma once
// What others may ask of Application Auto Scaling: scalable targets, policies, and what was done; and what it
// asks of whatever is scaled.
//
// Source: facts/aws-platform 1.9 "Target tracking".
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "emulator/platform/metrics/ports.h"
#include "emulator/platform/scaling/tracking_config.h"
#include "middleware/kernel/time.h"

namespace emulator::scaling {

/// Refusals are those of the service: ValidationException, ObjectNotFoundException; both are 400.
template <class T = void>
using Answer = metrics::Answer<T>;

/// Something whose capacity is a number.
class Scalable {
 public:
  virtual ~Scalable() = default;
  virtual std::int64_t capacity() const = 0;
  virtual void set_capacity(std::int64_t capacity, std::string_view why) = 0;
  /// While it is deployed, say.
  virtual bool is_scale_in_suspended() const = 0;
};

/// What can be tracked of a resource.
struct TrackedMetrics {
  metrics::MetricId cpu;                  ///< its average is tracked
  metrics::MetricId requests_per_target;  ///< its sum
};

/// A resource and one number of it.
struct Dimension {
  std::string service_namespace;  ///< "ecs"
  std::string resource;           ///< "service/default/middleware"
  std::string name;               ///< "ecs:service:DesiredCount"
  friend auto operator<=>(const Dimension&, const Dimension&) = default;
};

/// ASSUMPTION: of any target; the tasks that an ECS service may have.
inline constexpr std::int64_t kCapacityMax = 5000;

struct ScalableTarget {
  Dimension dimension;
  std::int64_t min = 0;
  std::int64_t max = 0;
  bool is_out_suspended = false;
  bool is_in_suspended = false;
  std::string arn{};
  kernel::WallTime created{};
};

/// From `lower` on and below `upper`, counted from the alarm's threshold; below it, above `lower` up to
/// `upper`. Absent: no bound.
struct StepAdjustment {
  std::optional<double> lower{};
  std::optional<double> upper{};
  std::int64_t change = 0;
};

enum class AdjustmentType : std::uint8_t { ChangeInCapacity, PercentChangeInCapacity, ExactCapacity };

/// Alarms that somebody else made name the policy among their actions.
struct StepConfig {
  AdjustmentType type = AdjustmentType::ChangeInCapacity;
  std::vector<StepAdjustment> steps{};
  kernel::Duration cooldown{};
  std::int64_t magnitude_min = 0;  ///< of PercentChangeInCapacity
};

struct PolicyAlarm {
  std::string name;
  std::string arn;
};

struct ScalingPolicy {
  std::string name;
  Dimension dimension;
  std::variant<TrackingConfig, StepConfig> config;
  std::string arn{};
  std::vector<PolicyAlarm> alarms{};  ///< that it made
  kernel::WallTime created{};
};

struct ScalingActivity {
  std::string id;
  Dimension dimension;
  std::string description;  ///< "Setting desired count to 3."
  std::string cause;
  kernel::WallTime at{};
};

class ScalingApi {
 public:
  virtual ~ScalingApi() = default;
  /// New, or in place of the one that is there. A capacity that is out of its bounds is moved into them.
  virtual Answer<ScalableTarget> register_target(ScalableTarget target) = 0;
  /// With its policies.
  virtual Answer<> deregister_target(const Dimension& dimension) = 0;
  /// By dimension.
  virtual std::vector<ScalableTarget> describe_targets() const = 0;

  /// New, or in place of the one of this name and target; the answer has its ARN and its alarms.
  virtual Answer<ScalingPolicy> put_policy(ScalingPolicy policy) = 0;
  /// With its alarms.
  virtual Answer<> delete_policy(const Dimension& dimension, std::string_view name) = 0;
  /// By dimension and name.
  virtual std::vector<ScalingPolicy> describe_policies() const = 0;

  /// The newest first.
  virtual std::vector<ScalingActivity> describe_activities() const = 0;
};

}  // namespace emulator::scaling
