#include "emulator/platform/metrics/alarm_messages.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "emulator/arn/arn.h"
#include "emulator/platform/metrics/state_reason.h"
#include "middleware/kernel/json.h"

namespace emulator::metrics {
namespace {

using kernel::Json;

/// Of kRegion.
constexpr const char* kRegionName = "US East (N. Virginia)";

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json dimensions_of(const MetricId& metric) {
  Json all = Json::array();
  for (const Dimension& dimension : metric.dimensions)
    all.push_back({{"value", dimension.value}, {"name", dimension.name}});
  return all;
}

/// "Average" is AVERAGE, "SampleCount" SAMPLE_COUNT.
std::string upper_case(std::string_view statistic) {
  std::string text;
  for (const char c : statistic) {
    if (!text.empty() && std::isupper(static_cast<unsigned char>(c)) != 0) text += '_';
    text += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return text;
}

void add_metric(Json& trigger, const MetricStat& stat) {
  trigger["MetricName"] = stat.metric.name;
  trigger["Namespace"] = stat.metric.space;
  const bool is_simple = std::ranges::none_of(stat.stat, [](char c) { return c >= '0' && c <= '9'; });
  trigger["StatisticType"] = is_simple ? "Statistic" : "ExtendedStatistic";
  if (is_simple) {
    trigger["Statistic"] = upper_case(stat.stat);
  } else {
    trigger["ExtendedStatistic"] = stat.stat;
  }
  trigger["Unit"] = text_or_null(stat.unit);
  trigger["Dimensions"] = dimensions_of(stat.metric);
}

Json trigger_of(const MetricAlarm& alarm) {
  Json trigger = Json::object();
  if (alarm.metric) add_metric(trigger, *alarm.metric);
  trigger["Period"] = alarm.period();
  trigger["EvaluationPeriods"] = alarm.evaluation_periods;
  if (alarm.datapoints_to_alarm) trigger["DatapointsToAlarm"] = *alarm.datapoints_to_alarm;
  trigger["ComparisonOperator"] = std::string(to_text(alarm.comparison));
  trigger["Threshold"] = alarm.threshold;
  trigger["TreatMissingData"] = std::string(to_text(alarm.missing.value_or(Missing::Missing)));
  trigger["EvaluateLowSampleCountPercentile"] = alarm.low_sample_percentile;
  if (alarm.metric) return trigger;
  Json metrics = Json::array();
  for (const MetricQuery& query : alarm.queries) {
    Json one = {{"Id", query.id}};
    if (!query.expression.empty()) one["Expression"] = query.expression;
    if (!query.label.empty()) one["Label"] = query.label;
    if (query.stat) {
      one["MetricStat"] = {{"Metric",
                            {{"Dimensions", dimensions_of(query.stat->metric)},
                             {"MetricName", query.stat->metric.name},
                             {"Namespace", query.stat->metric.space}}},
                           {"Period", query.stat->period},
                           {"Stat", query.stat->stat}};
    }
    one["ReturnData"] = query.returns_data;
    metrics.push_back(std::move(one));
  }
  trigger["Metrics"] = std::move(metrics);
  return trigger;
}

Json configured(const MetricStat& stat) {
  Json dimensions = Json::object();
  for (const Dimension& dimension : stat.metric.dimensions) dimensions[dimension.name] = dimension.value;
  return {
      {"metric", {{"namespace", stat.metric.space}, {"name", stat.metric.name}, {"dimensions", dimensions}}},
      {"period", stat.period},
      {"stat", stat.stat}};
}

Json configuration_of(const AlarmInfo& info) {
  Json configuration = Json::object();
  if (!info.base().description.empty()) configuration["description"] = info.base().description;
  if (const auto* composite = std::get_if<CompositeAlarm>(&info.config)) {
    configuration["alarmRule"] = composite->rule;
    return configuration;
  }
  const auto& alarm = std::get<MetricAlarm>(info.config);
  Json metrics = Json::array();
  if (alarm.metric)
    metrics.push_back({{"id", "m1"}, {"metricStat", configured(*alarm.metric)}, {"returnData", true}});
  for (const MetricQuery& query : alarm.queries) {
    Json one = {{"id", query.id}};
    if (!query.expression.empty()) one["expression"] = query.expression;
    if (!query.label.empty()) one["label"] = query.label;
    if (query.stat) one["metricStat"] = configured(*query.stat);
    one["returnData"] = query.returns_data;
    metrics.push_back(std::move(one));
  }
  configuration["metrics"] = std::move(metrics);
  return configuration;
}

Json state_of(const AlarmState& state) {
  Json json = {{"value", std::string(to_text(state.state))}, {"reason", state.reason}};
  if (!state.reason_data.empty()) json["reasonData"] = state.reason_data;
  json["timestamp"] = offset_time(state.updated);
  return json;
}

Json alarm_data(const AlarmChange& change) {
  return {{"alarmName", change.alarm.base().name},
          {"state", state_of(change.alarm.state)},
          {"previousState", state_of(change.before)},
          {"configuration", configuration_of(change.alarm)}};
}

Json history_state(const AlarmState& state) {
  Json json = {{"stateValue", std::string(to_text(state.state))}, {"stateReason", state.reason}};
  if (!state.reason_data.empty()) {
    const auto data = kernel::parse_json(state.reason_data);
    json["stateReasonData"] = data ? *data : Json(state.reason_data);
  }
  return json;
}

}  // namespace

std::string alarm_arn(const std::string& name) { return make_arn("cloudwatch", "alarm:" + name); }

std::string sns_subject(const AlarmChange& change) {
  std::string subject = std::string(to_text(change.alarm.state.state)) + ": \"" + change.alarm.base().name +
                        "\" in " + kRegionName;
  constexpr std::size_t kSubjectMax = 100;
  // ASSUMPTION: what is too long for a subject is cut.
  if (subject.size() > kSubjectMax) subject.resize(kSubjectMax);
  return subject;
}

std::string sns_message(const AlarmChange& change) {
  const AlarmInfo& alarm = change.alarm;
  const AlarmBase& base = alarm.base();
  Json message = {{"AlarmName", base.name},
                  {"AlarmDescription", text_or_null(base.description)},
                  {"AWSAccountId", std::string(kAccount)},
                  {"AlarmConfigurationUpdatedTimestamp", offset_time(alarm.configured)},
                  {"NewStateValue", std::string(to_text(alarm.state.state))},
                  {"NewStateReason", alarm.state.reason},
                  {"StateChangeTime", offset_time(alarm.state.updated)},
                  {"Region", kRegionName},
                  {"AlarmArn", alarm.arn},
                  {"OldStateValue", std::string(to_text(change.before.state))},
                  {"OKActions", base.ok_actions},
                  {"AlarmActions", base.alarm_actions},
                  {"InsufficientDataActions", base.insufficient_data_actions},
                  {"ActionExecutedAfterMuteWindow", false}};
  if (const auto* metric = std::get_if<MetricAlarm>(&alarm.config)) {
    message["Trigger"] = trigger_of(*metric);
    return kernel::json_text(message);
  }
  message["AlarmRule"] = std::get<CompositeAlarm>(alarm.config).rule;
  Json children = Json::array();
  for (const auto& [arn, state] : change.children) {
    children.push_back(
        {{"Arn", arn},
         {"State",
          {{"Value", std::string(to_text(state.state))}, {"Timestamp", offset_time(state.transitioned)}}}});
  }
  message["TriggeringChildren"] = std::move(children);
  return kernel::json_text(message);
}

std::string function_payload(const AlarmChange& change) {
  return kernel::json_text({{"source", "aws.cloudwatch"},
                            {"alarmArn", change.alarm.arn},
                            {"accountId", std::string(kAccount)},
                            {"time", offset_time(change.alarm.state.updated)},
                            {"region", std::string(kRegion)},
                            {"alarmData", alarm_data(change)}});
}

std::string event_detail(const AlarmChange& change) {
  const Json data = alarm_data(change);
  return kernel::json_text({{"alarmName", data["alarmName"]},
                            {"configuration", data["configuration"]},
                            {"state", data["state"]},
                            {"previousState", data["previousState"]}});
}

std::string history_data(const AlarmChange& change) {
  return kernel::json_text({{"version", "1.0"},
                            {"oldState", history_state(change.before)},
                            {"newState", history_state(change.alarm.state)}});
}

}  // namespace emulator::metrics
