#include "emulator/platform/metrics/checks.h"

#include <algorithm>
#include <cmath>

#include "emulator/platform/metrics/query.h"

namespace emulator::metrics {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kNameMax = 255;
constexpr std::size_t kDataMax = 1000;
constexpr std::size_t kValuesMax = 150;
constexpr std::size_t kDimensionsMax = 30;
constexpr std::size_t kActionsMax = 5;
constexpr std::int64_t kDay = 86'400;
constexpr double kValueMax = 0x1p360;

bool is_name(const std::string& text) { return !text.empty() && text.size() <= kNameMax; }

bool is_number(double value) { return std::isfinite(value) && std::fabs(value) <= kValueMax; }

std::string member(std::size_t index, const char* field) {
  return "MetricData.member." + std::to_string(index + 1) + "." + field;
}

std::optional<ApiError> check_numbers(const Datum& datum, std::size_t index) {
  if (datum.values.empty() && !datum.set) {
    return missing_parameter("At least one of the parameters must be specified: " + member(index, "Value") +
                             ", " + member(index, "Values") + ", " + member(index, "StatisticValues"));
  }
  if (datum.values.size() > kValuesMax) {
    return invalid_value("The collection " + member(index, "Values") +
                         " must not have a size greater than 150.");
  }
  for (const ValueCount& one : datum.values) {
    if (!is_number(one.value))
      return invalid_value("The value for parameter " + member(index, "Value") + " is out of range.");
    if (!is_number(one.count) || one.count < 0)
      return invalid_value("The value for parameter " + member(index, "Counts") + " is out of range.");
  }
  if (!datum.set) return std::nullopt;
  const StatisticSet& set = *datum.set;
  if (!is_number(set.samples) || !is_number(set.sum) || !is_number(set.minimum) || !is_number(set.maximum) ||
      set.samples <= 0 || set.minimum > set.maximum) {
    return invalid_value("The value for parameter " + member(index, "StatisticValues") + " is invalid.");
  }
  return std::nullopt;
}

std::optional<ApiError> check_datum(const Datum& datum, std::size_t index, kernel::WallTime now) {
  if (!is_name(datum.id.name))
    return invalid_value("The parameter " + member(index, "MetricName") + " must have 1 to 255 characters.");
  if (datum.id.dimensions.size() > kDimensionsMax) {
    return invalid_value("The collection " + member(index, "Dimensions") +
                         " must not have a size greater than 30.");
  }
  for (std::size_t i = 0; i < datum.id.dimensions.size(); ++i) {
    const Dimension& dimension = datum.id.dimensions[i];
    if (!is_name(dimension.name) || dimension.value.empty() || dimension.value.size() > 1024)
      return invalid_value("The parameter " + member(index, "Dimensions") + " has an invalid name or value.");
    if (i > 0 && datum.id.dimensions[i - 1].name == dimension.name)
      return invalid_value("The parameter " + member(index, "Dimensions") + " names " + dimension.name +
                           " twice.");
  }
  if (datum.resolution != 1 && datum.resolution != 60) {
    return invalid_value("The parameter " + member(index, "StorageResolution") +
                         " must be a value in the set [ 1, 60 ].");
  }
  if (datum.at && (*datum.at < now - 14 * 24h || *datum.at > now + 2h)) {
    return invalid_value("The parameter " + member(index, "Timestamp") +
                         " must specify a time within the past two weeks and at most two hours ahead.");
  }
  return check_numbers(datum, index);
}

std::optional<ApiError> check_metric(const MetricStat& stat) {
  if (!is_name(stat.metric.space) || !is_name(stat.metric.name))
    return missing_parameter("Namespace and MetricName must have 1 to 255 characters.");
  if (stat.metric.dimensions.size() > kDimensionsMax)
    return invalid_value("The collection Dimensions must not have a size greater than 30.");
  if (const auto statistic = parse_statistic(stat.stat); !statistic)
    return invalid_value(statistic.error().message);
  return std::nullopt;
}

std::optional<ApiError> check_queries(const MetricAlarm& alarm) {
  if (alarm.metric && !alarm.queries.empty())
    return invalid_combination("Metrics and MetricName are mutually exclusive.");
  if (alarm.metric) return check_metric(*alarm.metric);
  if (alarm.queries.empty()) return missing_parameter("Either MetricName or Metrics must be specified.");
  if (alarm.queries.size() > 20)
    return invalid_value("The collection Metrics must not have a size greater than 20.");
  std::size_t returning = 0;
  for (const MetricQuery& query : alarm.queries) {
    if (query.returns_data) ++returning;
    if (!query.stat) continue;
    if (auto error = check_metric(*query.stat)) return error;
    if (query.stat->period != alarm.period())
      return validation("The metrics of an alarm must have the same period.");
  }
  if (returning != 1) return validation("Exactly one element of the metrics list should return data.");
  if (const auto compiled = QuerySet::compile(alarm.queries); !compiled)
    return validation("Error in expression: " + compiled.error().message);
  return std::nullopt;
}

}  // namespace

ApiError invalid_value(std::string message) {
  return {"InvalidParameterValue", "InvalidParameterValueException", 400, std::move(message)};
}
ApiError invalid_combination(std::string message) {
  return {"InvalidParameterCombination", "InvalidParameterCombinationException", 400, std::move(message)};
}
ApiError missing_parameter(std::string message) {
  return {"MissingParameter", "MissingRequiredParameterException", 400, std::move(message)};
}
ApiError validation(std::string message) {
  return {"ValidationError", "ValidationException", 400, std::move(message)};
}
ApiError not_found(std::string message) {
  return {"ResourceNotFound", "ResourceNotFound", 404, std::move(message)};
}

bool is_period(std::int64_t seconds, bool of_alarm) {
  if (seconds == 10 || seconds == 20 || seconds == 30) return true;
  if (!of_alarm && (seconds == 1 || seconds == 5)) return true;
  return seconds >= 60 && seconds % 60 == 0;
}

std::optional<ApiError> check_data(const std::vector<Datum>& data, kernel::WallTime now) {
  if (data.empty()) return missing_parameter("The parameter MetricData is required.");
  if (data.size() > kDataMax)
    return invalid_value("The collection MetricData must not have a size greater than 1000.");
  for (std::size_t i = 0; i < data.size(); ++i) {
    const std::string& space = data[i].id.space;
    if (!is_name(space) || space.starts_with(':'))
      return invalid_value(
          "The parameter Namespace must have 1 to 255 characters and not begin with a colon.");
    if (space.starts_with("AWS/")) return invalid_value("The value AWS/ for parameter Namespace is invalid.");
    if (auto error = check_datum(data[i], i, now)) return error;
  }
  return std::nullopt;
}

std::optional<ApiError> check_base(const AlarmBase& alarm) {
  if (!is_name(alarm.name)) return validation("The parameter AlarmName must have 1 to 255 characters.");
  if (alarm.description.size() > 1024) return validation("The parameter AlarmDescription is too long.");
  for (const auto* actions : {&alarm.ok_actions, &alarm.alarm_actions, &alarm.insufficient_data_actions}) {
    if (actions->size() > kActionsMax) return validation("An alarm has at most 5 actions for a state.");
  }
  return std::nullopt;
}

std::optional<ApiError> check_alarm(const MetricAlarm& alarm) {
  if (auto error = check_base(alarm)) return error;
  if (auto error = check_queries(alarm)) return error;
  const std::int64_t period = alarm.period();
  if (!is_period(period, true)) return validation("Period must be 10, 20, 30, or a multiple of 60.");
  const std::int64_t n = alarm.evaluation_periods;
  const std::int64_t m = alarm.datapoints_to_alarm.value_or(n);
  if (n < 1) return validation("EvaluationPeriods must be at least 1.");
  if (m < 1 || m > n) return validation("DatapointsToAlarm must be from 1 to EvaluationPeriods.");
  const std::int64_t span_max = period >= 3600 ? 7 * kDay : kDay;
  if (n > span_max / period)
    return validation(
        "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= " +
        std::to_string(span_max) + ").");
  if (!is_number(alarm.threshold)) return validation("Threshold is out of range.");
  if (alarm.warm_up && (alarm.warm_up->minutes < 1 || alarm.warm_up->minutes > 2880))
    return validation("WarmUpPeriodDurationInMinutes must be from 1 to 2880.");
  return std::nullopt;
}

}  // namespace emulator::metrics
