// Alarms, their history and their tags are shown.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/edge/monitoring.h"
#include "middleware/kernel/base64.h"

namespace emulator::edge {
namespace {

using kernel::Json;

Json base_json(const AwsCall& call, const metrics::AlarmInfo& info) {
  const metrics::AlarmBase& base = info.base();
  Json json = {{"AlarmName", base.name}, {"AlarmArn", info.arn}};
  if (!base.description.empty()) json["AlarmDescription"] = base.description;
  json["AlarmConfigurationUpdatedTimestamp"] = time_json(call, info.configured);
  json["ActionsEnabled"] = base.actions_enabled;
  json["OKActions"] = base.ok_actions;
  json["AlarmActions"] = base.alarm_actions;
  json["InsufficientDataActions"] = base.insufficient_data_actions;
  json["StateValue"] = std::string(to_text(info.state.state));
  json["StateReason"] = info.state.reason;
  if (!info.state.reason_data.empty()) json["StateReasonData"] = info.state.reason_data;
  json["StateUpdatedTimestamp"] = time_json(call, info.state.updated);
  json["StateTransitionedTimestamp"] = time_json(call, info.state.transitioned);
  return json;
}

Json query_json(const metrics::MetricQuery& query) {
  Json json = {{"Id", query.id}};
  if (query.stat) {
    const metrics::MetricStat& stat = *query.stat;
    json["MetricStat"] = {{"Metric",
                           {{"Namespace", stat.metric.space},
                            {"MetricName", stat.metric.name},
                            {"Dimensions", dimensions_json(stat.metric.dimensions)}}},
                          {"Period", stat.period},
                          {"Stat", stat.stat}};
    if (!stat.unit.empty()) json["MetricStat"]["Unit"] = stat.unit;
  }
  if (!query.expression.empty()) json["Expression"] = query.expression;
  if (!query.label.empty()) json["Label"] = query.label;
  json["ReturnData"] = query.returns_data;
  if (query.period) json["Period"] = *query.period;
  return json;
}

/// "p99" is extended; the five that need no values are not.
bool is_extended(const std::string& stat) {
  return stat != "SampleCount" && stat != "Average" && stat != "Sum" && stat != "Minimum" &&
         stat != "Maximum";
}

Json metric_alarm_json(const AwsCall& call, const metrics::AlarmInfo& info,
                       const metrics::MetricAlarm& alarm) {
  Json json = base_json(call, info);
  json["Dimensions"] = Json::array();
  if (alarm.metric) {
    json["MetricName"] = alarm.metric->metric.name;
    json["Namespace"] = alarm.metric->metric.space;
    json[is_extended(alarm.metric->stat) ? "ExtendedStatistic" : "Statistic"] = alarm.metric->stat;
    json["Dimensions"] = dimensions_json(alarm.metric->metric.dimensions);
    json["Period"] = alarm.metric->period;
    if (!alarm.metric->unit.empty()) json["Unit"] = alarm.metric->unit;
  }
  json["EvaluationPeriods"] = alarm.evaluation_periods;
  if (alarm.datapoints_to_alarm) json["DatapointsToAlarm"] = *alarm.datapoints_to_alarm;
  json["Threshold"] = alarm.threshold;
  json["ComparisonOperator"] = std::string(to_text(alarm.comparison));
  if (alarm.missing) json["TreatMissingData"] = std::string(to_text(*alarm.missing));
  if (!alarm.low_sample_percentile.empty())
    json["EvaluateLowSampleCountPercentile"] = alarm.low_sample_percentile;
  if (alarm.warm_up) {
    json["WarmUpConfiguration"] = {
        {"WarmUpPeriodDurationInMinutes", alarm.warm_up->minutes},
        {"OnlyStartEvaluatingAfterWarmUpPeriodEnds", alarm.warm_up->waits_for_end}};
  }
  if (!alarm.queries.empty()) {
    json["Metrics"] = Json::array();
    for (const metrics::MetricQuery& query : alarm.queries) json["Metrics"].push_back(query_json(query));
  }
  return json;
}

/// Whether some action begins so.
bool has_action(const metrics::AlarmBase& base, const std::string& prefix) {
  for (const auto* actions : {&base.ok_actions, &base.alarm_actions, &base.insufficient_data_actions}) {
    if (std::ranges::any_of(*actions, [&](const std::string& one) { return one.starts_with(prefix); }))
      return true;
  }
  return false;
}

struct AlarmFilter {
  std::vector<std::string> names;
  std::string prefix;
  std::vector<std::string> types;
  std::optional<std::string> state;
  std::string action_prefix;

  bool wants(const metrics::AlarmInfo& info) const {
    const bool is_composite = std::holds_alternative<metrics::CompositeAlarm>(info.config);
    const char* type = is_composite ? "CompositeAlarm" : "MetricAlarm";
    // Who names no type sees no composite alarms.
    if (types.empty() ? is_composite : std::ranges::find(types, type) == types.end()) return false;
    const std::string& name = info.base().name;
    if (!names.empty() && std::ranges::find(names, name) == names.end()) return false;
    if (!name.starts_with(prefix)) return false;
    if (state && *state != to_text(info.state.state)) return false;
    return action_prefix.empty() || has_action(info.base(), action_prefix);
  }
};

/// The page's size; a problem is noted.
std::size_t page_size(Members& in) {
  constexpr std::int64_t kMax = 100;
  const std::int64_t size = in.integer("MaxRecords").value_or(kMax);
  if (size < 1 || size > kMax) {
    in.fail(
        {.code = "ValidationException",
         .message = "1 validation error detected: Value '" + std::to_string(size) +
                    "' at 'maxRecords' failed to satisfy constraint: Member must have value between 1 and "
                    "100",
         .query_code = "ValidationError"});
    return kMax;
  }
  return static_cast<std::size_t>(size);
}

}  // namespace

AwsResult Monitoring::describe_alarms(const AwsCall& call) {
  Members in(call, kMonitoringErrors);
  const AlarmFilter filter{.names = in.texts("AlarmNames"),
                           .prefix = in.text_or_empty("AlarmNamePrefix"),
                           .types = in.texts("AlarmTypes"),
                           .state = in.text("StateValue"),
                           .action_prefix = in.text_or_empty("ActionPrefix")};
  const std::size_t size = page_size(in);
  const std::size_t begin = page_begin(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  Json metric_alarms = Json::array();
  Json composite_alarms = Json::array();
  std::size_t seen = 0;
  Json token;
  for (const metrics::AlarmInfo& info : alarms_.describe_alarms()) {
    if (!filter.wants(info)) continue;
    if (seen++ < begin) continue;
    if (seen > begin + size) {
      token = kernel::base64(std::to_string(begin + size));
      break;
    }
    if (const auto* metric = std::get_if<metrics::MetricAlarm>(&info.config)) {
      metric_alarms.push_back(metric_alarm_json(call, info, *metric));
    } else {
      Json json = base_json(call, info);
      json["AlarmRule"] = std::get<metrics::CompositeAlarm>(info.config).rule;
      composite_alarms.push_back(std::move(json));
    }
  }
  Json output = {{"MetricAlarms", std::move(metric_alarms)},
                 {"CompositeAlarms", std::move(composite_alarms)}};
  if (!token.is_null()) output["NextToken"] = std::move(token);
  return reply_with(std::move(output));
}

AwsResult Monitoring::describe_alarm_history(const AwsCall& call) {
  Members in(call, kMonitoringErrors);
  const std::string name = in.text_or_empty("AlarmName");
  const std::vector<std::string> types = in.texts("AlarmTypes");
  const auto kind = in.text("HistoryItemType");
  const auto from = in.time("StartDate");
  const auto until = in.time("EndDate");
  const bool oldest_first = in.text("ScanBy") == "TimestampAscending";
  const std::size_t size = page_size(in);
  const std::size_t begin = page_begin(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  std::vector<metrics::HistoryItem> items = alarms_.history(name);
  std::erase_if(items, [&](const metrics::HistoryItem& item) {
    const char* type = item.is_composite ? "CompositeAlarm" : "MetricAlarm";
    if (types.empty() ? item.is_composite : std::ranges::find(types, type) == types.end()) return true;
    return (kind && *kind != item.type) || (from && item.at < *from) || (until && item.at > *until);
  });
  if (oldest_first) std::ranges::reverse(items);
  Json list = Json::array();
  for (std::size_t i = begin; i < std::min(items.size(), begin + size); ++i) {
    const metrics::HistoryItem& item = items[i];
    list.push_back({{"AlarmName", item.alarm},
                    {"AlarmType", item.is_composite ? "CompositeAlarm" : "MetricAlarm"},
                    {"Timestamp", time_json(call, item.at)},
                    {"HistoryItemType", item.type},
                    {"HistorySummary", item.summary},
                    {"HistoryData", item.data.empty() ? Json() : Json(item.data)}});
  }
  Json output = {{"AlarmHistoryItems", std::move(list)}};
  if (begin + size < items.size()) output["NextToken"] = kernel::base64(std::to_string(begin + size));
  return reply_with(std::move(output));
}

AwsResult Monitoring::list_tags_for_resource(const AwsCall& call) {
  Members in(call, kMonitoringErrors);
  const std::string arn = in.required_text("ResourceARN");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  for (const metrics::AlarmInfo& info : alarms_.describe_alarms()) {
    if (info.arn != arn) continue;
    Json tags = Json::array();
    for (const auto& [key, value] : info.base().tags) tags.push_back({{"Key", key}, {"Value", value}});
    return reply_with({{"Tags", std::move(tags)}});
  }
  return std::unexpected(error_of({"ResourceNotFound", "ResourceNotFoundException", 404, "Unknown"}));
}

}  // namespace emulator::edge
