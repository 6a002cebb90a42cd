#include "emulator/platform/metrics/state_reason.h"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "middleware/kernel/json.h"

namespace emulator::metrics {
namespace {

using kernel::Json;

std::string plural(std::size_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string_view condition_text(Comparison comparison) {
  switch (comparison) {
    case Comparison::GreaterOrEqual:
      return "greater than or equal to";
    case Comparison::Greater:
      return "greater than";
    case Comparison::Less:
      return "less than";
    case Comparison::LessOrEqual:
      return "less than or equal to";
  }
  return "";
}

/// "23/11/26 10:07:00"
std::string point_time(kernel::WallTime time) {
  const std::string iso = kernel::iso_seconds(time);
  return iso.substr(8, 2) + "/" + iso.substr(5, 2) + "/" + iso.substr(2, 2) + " " + iso.substr(11, 8);
}

/// The newest real points, newest first: so many as were looked at.
std::vector<const SeenPoint*> looked_at(const Evaluation& evaluation, std::span<const SeenPoint> points) {
  std::vector<const SeenPoint*> real;
  for (std::size_t i = points.size(); i-- > 0 && real.size() < evaluation.real;) {
    if (points[i].value) real.push_back(&points[i]);
  }
  return real;
}

std::string treated(std::size_t filled, Missing missing) {
  return plural(filled, "missing datapoint was", "missing datapoints were") + " treated as [" +
         (missing == Missing::Breaching ? "Breaching" : "NonBreaching") + "]";
}

}  // namespace

std::string double_text(double value) {
  char buffer[400];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed);
  std::string text(buffer, error == std::errc{} ? end : buffer);
  if (text.find('.') == std::string::npos && std::isfinite(value)) text += ".0";
  return text;
}

std::string offset_time(kernel::WallTime time) {
  std::string text = kernel::iso_millis(time);
  text.pop_back();
  return text + "+0000";
}

std::string state_reason(const Evaluation& evaluation, std::span<const SeenPoint> points,
                         const ReasonContext& context) {
  const MetricAlarm& alarm = context.alarm;
  const Counts counts = alarm.counts();
  const Missing missing = alarm.missing.value_or(Missing::Missing);
  if (evaluation.state == State::InsufficientData)
    return "Insufficient Data: " + plural(evaluation.filled, "datapoint was", "datapoints were") +
           " unknown.";
  if (evaluation.real == 0) {
    return "Threshold Crossed: no datapoints were received for " +
           plural(counts.evaluation_periods, "period", "periods") + " and " +
           treated(evaluation.filled, missing) + ".";
  }
  const bool is_alarm = evaluation.state == State::Alarm;
  std::vector<std::string> shown;
  for (const SeenPoint* point : looked_at(evaluation, points)) {
    if ((point->point == Point::Breaching) != is_alarm) continue;
    shown.push_back(double_text(*point->value) + " (" + point_time(point->start) + ")");
  }
  std::string list;
  for (const std::string& one : shown) list += (list.empty() ? "" : ", ") + one;
  const std::string was = std::string(shown.size() == 1 ? " was " : " were ") + (is_alarm ? "" : "not ") +
                          std::string(condition_text(alarm.comparison)) + " the threshold (" +
                          double_text(alarm.threshold) + ")";
  std::string text = "Threshold Crossed: ";
  if (counts.evaluation_periods == 1) {
    text += plural(shown.size(), "datapoint", "datapoints") + " [" + list + "]" + was;
  } else {
    text += std::to_string(shown.size()) + " out of the last " +
            plural(counts.evaluation_periods, "datapoint", "datapoints") + " [" + list + "]" + was;
  }
  if (evaluation.filled > 0) text += " and " + treated(evaluation.filled, missing);
  if (counts.evaluation_periods == 1) return text + ".";
  const std::size_t minimum =
      is_alarm ? counts.datapoints_to_alarm : counts.evaluation_periods - counts.datapoints_to_alarm + 1;
  return text + " (minimum " + plural(minimum, "datapoint", "datapoints") + " for " +
         (is_alarm ? "OK -> ALARM" : "ALARM -> OK") + " transition).";
}

std::string state_reason_data(const Evaluation& evaluation, std::span<const SeenPoint> points,
                              const ReasonContext& context) {
  const MetricAlarm& alarm = context.alarm;
  const std::vector<const SeenPoint*> real = looked_at(evaluation, points);
  Json data = {{"version", "1.0"}, {"queryDate", offset_time(context.asked)}};
  if (!real.empty()) data["startDate"] = offset_time(real.back()->start);
  if (!context.unit.empty()) data["unit"] = std::string(context.unit);
  if (!context.statistic.empty()) data["statistic"] = std::string(context.statistic);
  data["period"] = alarm.period();
  Json recent = Json::array();
  Json evaluated = Json::array();
  for (const SeenPoint* point : real) {
    recent.insert(recent.begin(), *point->value);
    evaluated.push_back({{"timestamp", offset_time(point->start)},
                         {"sampleCount", point->samples},
                         {"value", *point->value}});
  }
  data["recentDatapoints"] = std::move(recent);
  data["threshold"] = alarm.threshold;
  data["evaluatedDatapoints"] = std::move(evaluated);
  return kernel::json_text(data);
}

}  // namespace emulator::metrics
