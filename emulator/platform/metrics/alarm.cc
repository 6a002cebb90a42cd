// What the values of alarm_ports.h say of themselves.
#include <algorithm>

#include "emulator/platform/metrics/alarm_ports.h"

namespace emulator::metrics {

std::string_view to_text(Comparison comparison) {
  switch (comparison) {
    case Comparison::GreaterOrEqual:
      return "GreaterThanOrEqualToThreshold";
    case Comparison::Greater:
      return "GreaterThanThreshold";
    case Comparison::Less:
      return "LessThanThreshold";
    case Comparison::LessOrEqual:
      return "LessThanOrEqualToThreshold";
  }
  return "";
}

std::optional<Comparison> parse_comparison(std::string_view text) {
  for (const Comparison one :
       {Comparison::GreaterOrEqual, Comparison::Greater, Comparison::Less, Comparison::LessOrEqual}) {
    if (to_text(one) == text) return one;
  }
  return std::nullopt;
}

bool is_breaching(double value, Comparison comparison, double threshold) {
  switch (comparison) {
    case Comparison::GreaterOrEqual:
      return value >= threshold;
    case Comparison::Greater:
      return value > threshold;
    case Comparison::Less:
      return value < threshold;
    case Comparison::LessOrEqual:
      return value <= threshold;
  }
  return false;
}

Counts MetricAlarm::counts() const {
  return {.datapoints_to_alarm = static_cast<std::size_t>(datapoints_to_alarm.value_or(evaluation_periods)),
          .evaluation_periods = static_cast<std::size_t>(evaluation_periods)};
}

std::int64_t MetricAlarm::period() const {
  if (metric) return metric->period;
  std::int64_t longest = 0;
  for (const MetricQuery& query : queries) {
    if (query.stat) longest = std::max(longest, query.stat->period);
    if (query.period) longest = std::max(longest, *query.period);
  }
  return longest == 0 ? 60 : longest;
}

const AlarmBase& AlarmInfo::base() const {
  return std::visit([](const auto& alarm) -> const AlarmBase& { return alarm; }, config);
}

}  // namespace emulator::metrics
