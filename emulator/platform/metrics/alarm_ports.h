#pragma once
// The control plane of alarms: what PutMetricAlarm and PutCompositeAlarm say, and what DescribeAlarms shows.
//
// Source: facts/aws-platform 4.2, 4.3.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "emulator/platform/metrics/evaluate.h"
#include "emulator/platform/metrics/ports.h"

namespace emulator::metrics {

enum class Comparison : std::uint8_t { GreaterOrEqual, Greater, Less, LessOrEqual };
std::string_view to_text(Comparison comparison);  ///< "GreaterThanOrEqualToThreshold", ...
std::optional<Comparison> parse_comparison(std::string_view text);
bool is_breaching(double value, Comparison comparison, double threshold);

struct MetricStat {
  MetricId metric;
  std::int64_t period = 60;      ///< seconds
  std::string stat = "Average";  ///< "Sum", "p99", ...
  std::string unit{};            ///< "": any
};

/// One of Metrics[]: a metric, or an expression over the others.
struct MetricQuery {
  std::string id;
  std::optional<MetricStat> stat{};
  std::string expression{};
  std::string label{};
  bool returns_data = true;
  std::optional<std::int64_t> period{};  ///< seconds, of an expression
};

/// What every alarm has.
struct AlarmBase {
  std::string name;
  std::string description{};
  bool actions_enabled = true;
  std::vector<std::string> ok_actions{};  ///< ARNs
  std::vector<std::string> alarm_actions{};
  std::vector<std::string> insufficient_data_actions{};
  std::vector<std::pair<std::string, std::string>> tags{};
};

struct WarmUp {
  std::int64_t minutes = 1;    ///< 1..2880
  bool waits_for_end = false;  ///< OnlyStartEvaluatingAfterWarmUpPeriodEnds
};

struct MetricAlarm : AlarmBase {
  std::optional<MetricStat> metric{};  ///< nothing: `queries`
  std::vector<MetricQuery> queries{};
  std::int64_t evaluation_periods = 1;
  std::optional<std::int64_t> datapoints_to_alarm{};
  double threshold = 0;
  Comparison comparison = Comparison::Greater;
  std::optional<Missing> missing{};     ///< missing when absent
  std::string low_sample_percentile{};  ///< "evaluate", "ignore", "": evaluate
  std::optional<WarmUp> warm_up{};

  Counts counts() const;
  /// Seconds: of the metric, or the longest of the queries.
  std::int64_t period() const;
};

struct CompositeAlarm : AlarmBase {
  std::string rule;  ///< "ALARM(a) AND NOT OK(b)"
};

struct AlarmState {
  State state = State::InsufficientData;
  std::string reason{};
  std::string reason_data{};  ///< JSON, "" when there is none
  kernel::WallTime updated{};
  kernel::WallTime transitioned{};
};

struct AlarmInfo {
  std::variant<MetricAlarm, CompositeAlarm> config;
  std::string arn;
  AlarmState state{};
  kernel::WallTime configured{};

  const AlarmBase& base() const;
};

struct HistoryItem {
  std::string alarm;
  bool is_composite = false;
  kernel::WallTime at{};
  std::string type;  ///< "StateUpdate", "ConfigurationUpdate", "Action"
  std::string summary;
  std::string data{};  ///< JSON
};

struct SetAlarmStateRequest {
  std::string alarm;
  State state = State::Ok;
  std::string reason{};
  std::string reason_data{};
};

class AlarmsApi {
 public:
  virtual ~AlarmsApi() = default;
  /// New, or in place of the one of this name, whose state stays.
  virtual Answer<> put_metric_alarm(MetricAlarm alarm) = 0;
  virtual Answer<> put_composite_alarm(CompositeAlarm alarm) = 0;
  /// Those that there are; names that are unknown are passed over.
  virtual Answer<> delete_alarms(const std::vector<std::string>& names) = 0;
  virtual Answer<> set_alarm_state(SetAlarmStateRequest request) = 0;
  virtual Answer<> enable_actions(const std::vector<std::string>& names, bool enabled) = 0;
  virtual Answer<> tag(const std::string& arn,
                       const std::vector<std::pair<std::string, std::string>>& tags) = 0;
  virtual Answer<> untag(const std::string& arn, const std::vector<std::string>& keys) = 0;
  /// By name. Copies: they say how it is now.
  virtual std::vector<AlarmInfo> describe_alarms() const = 0;
  /// The newest first. `alarm`: "" for all.
  virtual std::vector<HistoryItem> history(std::string_view alarm) const = 0;
};

}  // namespace emulator::metrics
