#pragma once
// What others may ask of CloudWatch: to keep a number (PutMetricData); and what it asks of whoever scales.
// Alarms: alarm_ports.h. Queries: query_ports.h.
//
// Source: facts/aws-platform 4.2.
#include <compare>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/kernel/time.h"

namespace emulator::metrics {

/// A refused call. The error has two names: what the query protocol calls it, and its shape.
struct ApiError {
  std::string code;   ///< "InvalidParameterValue"
  std::string shape;  ///< "InvalidParameterValueException"
  int status = 400;
  std::string message;
};
template <class T = void>
using Answer = std::expected<T, ApiError>;

struct Dimension {
  std::string name;
  std::string value;
  friend auto operator<=>(const Dimension&, const Dimension&) = default;
};

/// Namespace, name and the exact set of dimensions are one metric; nothing is summed over dimensions.
struct MetricId {
  std::string space;  ///< namespace: "AWS/Lambda"
  std::string name;
  std::vector<Dimension> dimensions{};  ///< sorted by name
  friend auto operator<=>(const MetricId&, const MetricId&) = default;
};
/// With its dimensions sorted.
MetricId make_metric_id(std::string space, std::string name, std::vector<Dimension> dimensions = {});

struct StatisticSet {
  double samples = 0;
  double sum = 0;
  double minimum = 0;
  double maximum = 0;
};

struct ValueCount {
  double value = 0;
  double count = 1;
};

/// One entry of PutMetricData: values, or a statistic set.
struct Datum {
  MetricId id;
  std::vector<ValueCount> values{};
  std::optional<StatisticSet> set{};
  std::string unit = "None";
  std::optional<kernel::WallTime> at{};  ///< now when absent
  std::int64_t resolution = 60;          ///< seconds: 1 or 60
};

class MetricSink {
 public:
  virtual ~MetricSink() = default;
  /// Refused as a whole, or taken as a whole.
  virtual Answer<> put_metric_data(const std::vector<Datum>& data) = 0;
};

enum class State : std::uint8_t { Ok, Alarm, InsufficientData };
std::string_view to_text(State state);  ///< "OK", "ALARM", "INSUFFICIENT_DATA"
std::optional<State> parse_state(std::string_view text);

/// What an auto scaling policy is told: on the change to a state that names it, and every minute while the
/// alarm stays in that state.
struct ScalingSignal {
  std::string policy_arn;
  std::string alarm;
  State state = State::Ok;
  std::optional<double> metric_value{};  ///< of the newest point; nothing when it is missing
  double threshold = 0;
};

class ScalingAction {
 public:
  virtual ~ScalingAction() = default;
  virtual void act(const ScalingSignal& signal) = 0;
};

/// Where EventBridge takes the events of AWS's own services.
class ServiceEvents {
 public:
  virtual ~ServiceEvents() = default;
  /// `detail` is a JSON object as text.
  virtual void alarm_changed(std::string_view alarm_arn, std::string detail, kernel::WallTime time) = 0;
};

}  // namespace emulator::metrics
