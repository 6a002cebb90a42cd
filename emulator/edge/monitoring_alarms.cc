// Alarms are made and changed.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/edge/monitoring.h"

namespace emulator::edge {
namespace {

using kernel::Json;

/// "1 validation error detected: Value 'X' at 'stateValue' failed to satisfy constraint: ..."
AwsError not_among(const std::string& value, const char* member, const char* values) {
  return {.code = "ValidationException",
          .message = "1 validation error detected: Value '" + value + "' at '" + member +
                     "' failed to satisfy constraint: Member must satisfy enum value set: [" + values + "]",
          .query_code = "ValidationError"};
}

std::vector<std::pair<std::string, std::string>> tags_in(Members& in) {
  std::vector<std::pair<std::string, std::string>> tags;
  const Json* list = in.array("Tags");
  if (list == nullptr) return tags;
  for (const Json& item : *list) {
    Members one(in, item, "Tags." + std::to_string(tags.size() + 1));
    tags.emplace_back(one.required_text("Key"), one.text_or_empty("Value"));
  }
  return tags;
}

metrics::AlarmBase base_in(Members& in) {
  return {.name = in.required_text("AlarmName"),
          .description = in.text_or_empty("AlarmDescription"),
          .actions_enabled = in.boolean("ActionsEnabled").value_or(true),
          .ok_actions = in.texts("OKActions"),
          .alarm_actions = in.texts("AlarmActions"),
          .insufficient_data_actions = in.texts("InsufficientDataActions"),
          .tags = tags_in(in)};
}

std::optional<metrics::MetricStat> metric_in(Members& in) {
  const auto name = in.text("MetricName");
  const auto space = in.text("Namespace");
  std::vector<metrics::Dimension> dimensions = dimensions_in(in, "Dimensions");
  const auto period = in.integer("Period");
  const auto statistic = in.text("Statistic");
  const auto extended = in.text("ExtendedStatistic");
  const auto unit = in.text("Unit");
  if (!name) {
    if (space || !dimensions.empty() || period || statistic || extended || unit)
      in.fail(kMonitoringErrors.missing("MetricName"));
    return std::nullopt;
  }
  if (!period) in.fail(kMonitoringErrors.missing("Period"));
  if (statistic.has_value() == extended.has_value()) {
    in.fail({.code = "InvalidParameterCombinationException",
             .message = "Exactly one of Statistic and ExtendedStatistic must be specified.",
             .query_code = "InvalidParameterCombination"});
  }
  return metrics::MetricStat{
      .metric = metrics::make_metric_id(space.value_or(std::string{}), *name, std::move(dimensions)),
      .period = period.value_or(0),
      .stat = statistic.value_or(extended.value_or(std::string{})),
      .unit = unit.value_or(std::string{})};
}

std::optional<metrics::Missing> missing_in(Members& in) {
  using metrics::Missing;
  const auto text = in.text("TreatMissingData");
  if (!text) return std::nullopt;
  for (const Missing one : {Missing::Missing, Missing::Ignore, Missing::Breaching, Missing::NotBreaching}) {
    if (to_text(one) == *text) return one;
  }
  in.fail(not_among(*text, "treatMissingData", "missing, ignore, breaching, notBreaching"));
  return std::nullopt;
}

metrics::Comparison comparison_in(Members& in) {
  const std::string text = in.required_text("ComparisonOperator");
  const auto comparison = metrics::parse_comparison(text);
  if (comparison || text.empty()) return comparison.value_or(metrics::Comparison::Greater);
  if (text.contains("UpperThreshold") || text.contains("LowerThreshold")) {
    in.fail(not_emulated("CloudWatch PutMetricAlarm: anomaly detection (" + text + ")"));
  } else {
    in.fail(not_among(text, "comparisonOperator",
                      "GreaterThanOrEqualToThreshold, GreaterThanThreshold, LessThanThreshold, "
                      "LessThanOrEqualToThreshold"));
  }
  return metrics::Comparison::Greater;
}

std::optional<metrics::WarmUp> warm_up_in(Members& in) {
  const Json* structure = in.object("WarmUpConfiguration");
  if (structure == nullptr) return std::nullopt;
  Members parts(in, *structure, "WarmUpConfiguration");
  return metrics::WarmUp{
      .minutes = parts.integer("WarmUpPeriodDurationInMinutes").value_or(0),
      .waits_for_end = parts.boolean("OnlyStartEvaluatingAfterWarmUpPeriodEnds").value_or(false)};
}

}  // namespace

AwsResult Monitoring::put_metric_alarm(const AwsCall& call) {
  Members in(call, kMonitoringErrors);
  metrics::MetricAlarm alarm;
  static_cast<metrics::AlarmBase&>(alarm) = base_in(in);
  alarm.metric = metric_in(in);
  alarm.queries = queries_in(in, "Metrics");
  const auto periods = in.integer("EvaluationPeriods");
  const auto threshold = in.number("Threshold");
  if (!periods) in.fail(kMonitoringErrors.missing("EvaluationPeriods"));
  if (!threshold) in.fail(kMonitoringErrors.missing("Threshold"));
  alarm.evaluation_periods = periods.value_or(1);
  alarm.threshold = threshold.value_or(0);
  alarm.datapoints_to_alarm = in.integer("DatapointsToAlarm");
  alarm.comparison = comparison_in(in);
  alarm.missing = missing_in(in);
  alarm.low_sample_percentile = in.text_or_empty("EvaluateLowSampleCountPercentile");
  if (const std::string& text = alarm.low_sample_percentile;
      !text.empty() && text != "evaluate" && text != "ignore")
    in.fail(not_among(text, "evaluateLowSampleCountPercentile", "evaluate, ignore"));
  alarm.warm_up = warm_up_in(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return done_or(alarms_.put_metric_alarm(std::move(alarm)));
}

AwsResult Monitoring::put_composite_alarm(const AwsCall& call) {
  Members in(call, kMonitoringErrors);
  metrics::CompositeAlarm alarm;
  static_cast<metrics::AlarmBase&>(alarm) = base_in(in);
  alarm.rule = in.required_text("AlarmRule");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return done_or(alarms_.put_composite_alarm(std::move(alarm)));
}

AwsResult Monitoring::set_alarm_state(const AwsCall& call) {
  Members in(call, kMonitoringErrors);
  metrics::SetAlarmStateRequest request{.alarm = in.required_text("AlarmName")};
  const std::string text = in.required_text("StateValue");
  const auto state = metrics::parse_state(text);
  if (!state && !text.empty()) in.fail(not_among(text, "stateValue", "INSUFFICIENT_DATA, ALARM, OK"));
  request.state = state.value_or(metrics::State::Ok);
  request.reason = in.required_text("StateReason");
  request.reason_data = in.text_or_empty("StateReasonData");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return done_or(alarms_.set_alarm_state(std::move(request)));
}

AwsResult Monitoring::delete_alarms(const AwsCall& call) {
  Members in(call, kMonitoringErrors);
  const std::vector<std::string> names = in.texts("AlarmNames");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return done_or(alarms_.delete_alarms(names));
}

AwsResult Monitoring::switch_actions(const AwsCall& call, bool enabled) {
  Members in(call, kMonitoringErrors);
  const std::vector<std::string> names = in.texts("AlarmNames");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return done_or(alarms_.enable_actions(names, enabled));
}

AwsResult Monitoring::enable_alarm_actions(const AwsCall& call) { return switch_actions(call, true); }
AwsResult Monitoring::disable_alarm_actions(const AwsCall& call) { return switch_actions(call, false); }

AwsResult Monitoring::tag_resource(const AwsCall& call) {
  Members in(call, kMonitoringErrors);
  const std::string arn = in.required_text("ResourceARN");
  const auto tags = tags_in(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  if (auto tagged = alarms_.tag(arn, tags); !tagged) return done_or(tagged);
  return reply_with(Json::object());
}

AwsResult Monitoring::untag_resource(const AwsCall& call) {
  Members in(call, kMonitoringErrors);
  const std::string arn = in.required_text("ResourceARN");
  const std::vector<std::string> keys = in.texts("TagKeys");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  if (auto untagged = alarms_.untag(arn, keys); !untagged) return done_or(untagged);
  return reply_with(Json::object());
}

}  // namespace emulator::edge
