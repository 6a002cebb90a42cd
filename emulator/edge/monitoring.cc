#include "emulator/edge/monitoring.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/edge/box_errors.h"
#include "emulator/edge/offset_page.h"
#include "middleware/kernel/base64.h"

namespace emulator::edge {
namespace {

using kernel::Json;
using Kind = DialectMember::Kind;

constexpr DialectMember list(std::string_view name) { return {.name = name, .wire = name, .item = "member"}; }

constexpr DialectMember kMembers[] = {
    // What is asked for is a list, what is answered a map.
    {.name = "ExtendedStatistics",
     .wire = "ExtendedStatistics",
     .kind = Kind::Map,
     .item = "entry",
     .key = "key",
     .value = "value",
     .is_output = true},
    list("ExtendedStatistics"),
    list("AlarmActions"),
    list("AlarmHistoryItems"),
    list("AlarmNames"),
    list("AlarmTypes"),
    list("CompositeAlarms"),
    list("Counts"),
    list("Datapoints"),
    list("Dimensions"),
    list("InsufficientDataActions"),
    list("Messages"),
    list("MetricAlarms"),
    list("MetricData"),
    list("MetricDataQueries"),
    list("MetricDataResults"),
    list("Metrics"),
    list("OKActions"),
    list("Statistics"),
    list("TagKeys"),
    list("Tags"),
    list("Timestamps"),
    list("Values"),
};
constexpr Dialect kDialect{.xml_namespace = "http://monitoring.amazonaws.com/doc/2010-08-01/",
                           .members = kMembers};

AwsError missing(std::string_view member) {
  return {.code = "MissingRequiredParameterException",
          .message = "The parameter " + std::string(member) + " is required.",
          .query_code = "MissingParameter"};
}

/// "MetricData.member.1.Value and MetricData.member.1.Values"
std::unexpected<AwsError> exclusive(std::size_t index, const char* one, const char* other) {
  const std::string start = "MetricData.member." + std::to_string(index + 1) + ".";
  return std::unexpected(AwsError{.code = "InvalidParameterCombinationException",
                                  .message = "The parameters " + start + one + " and " + start + other +
                                             " are mutually exclusive and you have specified both.",
                                  .query_code = "InvalidParameterCombination"});
}

std::vector<double> numbers_in(Members& in, std::string_view name) {
  std::vector<double> numbers;
  const Json* list = in.array(name);
  if (list == nullptr) return numbers;
  for (const Json& item : *list) {
    const auto number = Members::number_of(item);
    if (!number) in.fail(serialization_error(name, "a list of numbers"));
    numbers.push_back(number.value_or(0));
  }
  return numbers;
}

std::optional<metrics::StatisticSet> set_in(Members& in) {
  const Json* structure = in.object("StatisticValues");
  if (structure == nullptr) return std::nullopt;
  Members set(in, *structure, "StatisticValues");
  const auto required = [&set](const char* name) {
    const auto number = set.number(name);
    if (!number) set.fail(missing(name));
    return number.value_or(0);
  };
  return metrics::StatisticSet{.samples = required("SampleCount"),
                               .sum = required("Sum"),
                               .minimum = required("Minimum"),
                               .maximum = required("Maximum")};
}

std::expected<metrics::Datum, AwsError> datum_in(Members& in, const std::string& space, std::size_t index) {
  metrics::Datum datum{
      .id = metrics::make_metric_id(space, in.required_text("MetricName"), dimensions_in(in, "Dimensions"))};
  const auto value = in.number("Value");
  const std::vector<double> values = numbers_in(in, "Values");
  const std::vector<double> counts = numbers_in(in, "Counts");
  datum.set = set_in(in);
  datum.at = in.time("Timestamp");
  datum.unit = in.text("Unit").value_or("None");
  datum.resolution = in.integer("StorageResolution").value_or(60);
  if (value && !values.empty()) return exclusive(index, "Value", "Values");
  if (value && datum.set) return exclusive(index, "Value", "StatisticValues");
  if (!values.empty() && datum.set) return exclusive(index, "Values", "StatisticValues");
  if (!counts.empty() && counts.size() != values.size()) {
    return std::unexpected(error_of({"InvalidParameterValue", "InvalidParameterValueException", 400,
                                     "The parameters MetricData.member." + std::to_string(index + 1) +
                                         ".Values and MetricData.member." + std::to_string(index + 1) +
                                         ".Counts must be of the same size."}));
  }
  if (value) datum.values.push_back({*value});
  for (std::size_t i = 0; i < values.size(); ++i)
    datum.values.push_back({values[i], counts.empty() ? 1 : counts[i]});
  return datum;
}

}  // namespace

const MemberErrors kMonitoringErrors{
    .title = "CloudWatch", .missing = missing, .mistyped = serialization_error};

AwsError error_of(const metrics::ApiError& error) {
  return told_by_box(
      {.code = error.shape, .message = error.message, .status = error.status, .query_code = error.code});
}

AwsResult done_or(const metrics::Answer<>& answer) {
  if (!answer) return std::unexpected(error_of(answer.error()));
  return AwsReply{};
}

Json time_json(const AwsCall& call, kernel::WallTime time) {
  if (call.identity.protocol == Protocol::Query) return kernel::iso_millis(time);
  return epoch_seconds(time);
}

std::size_t page_begin(Members& in) {
  const auto token = in.text("NextToken");
  if (!token) return 0;
  const auto text = kernel::from_base64(*token);
  if (const auto begin = text ? offset_in(*text) : std::nullopt) return *begin;
  in.fail({.code = "InvalidNextToken",
           .message = "The next token is invalid.",
           .query_code = "InvalidNextToken"});
  return 0;
}

std::vector<metrics::Dimension> dimensions_in(Members& in, std::string_view name) {
  std::vector<metrics::Dimension> dimensions;
  const Json* list = in.array(name);
  if (list == nullptr) return dimensions;
  for (const Json& item : *list) {
    Members one(in, item, std::string(name) + "." + std::to_string(dimensions.size() + 1));
    dimensions.push_back({one.required_text("Name"), one.text_or_empty("Value")});
  }
  return dimensions;
}

Json dimensions_json(const std::vector<metrics::Dimension>& dimensions) {
  Json list = Json::array();
  for (const metrics::Dimension& one : dimensions) list.push_back({{"Name", one.name}, {"Value", one.value}});
  return list;
}

std::vector<metrics::MetricQuery> queries_in(Members& in, std::string_view name) {
  std::vector<metrics::MetricQuery> queries;
  const Json* list = in.array(name);
  if (list == nullptr) return queries;
  for (const Json& item : *list) {
    Members one(in, item, std::string(name) + "." + std::to_string(queries.size() + 1));
    metrics::MetricQuery query{.id = one.required_text("Id"),
                               .expression = one.text_or_empty("Expression"),
                               .label = one.text_or_empty("Label"),
                               .returns_data = one.boolean("ReturnData").value_or(true),
                               .period = one.integer("Period")};
    if (const Json* stat = one.object("MetricStat")) {
      Members parts(one, *stat, "MetricStat");
      metrics::MetricStat read{.metric = {},
                               .period = parts.integer("Period").value_or(0),
                               .stat = parts.required_text("Stat"),
                               .unit = parts.text_or_empty("Unit")};
      if (const Json* metric = parts.object("Metric")) {
        Members id(parts, *metric, "Metric");
        read.metric = metrics::make_metric_id(id.text_or_empty("Namespace"), id.text_or_empty("MetricName"),
                                              dimensions_in(id, "Dimensions"));
      }
      query.stat = std::move(read);
    }
    queries.push_back(std::move(query));
  }
  return queries;
}

const Dialect* Monitoring::dialect() const { return &kDialect; }

kernel::Task<AwsResult> Monitoring::call(AwsCall call) {
  static constexpr std::array kOperations = {
      Operation<Monitoring>{"PutMetricData", &Monitoring::put_metric_data},
      Operation<Monitoring>{"ListMetrics", &Monitoring::list_metrics},
      Operation<Monitoring>{"GetMetricData", &Monitoring::get_metric_data},
      Operation<Monitoring>{"GetMetricStatistics", &Monitoring::get_metric_statistics},
      Operation<Monitoring>{"PutMetricAlarm", &Monitoring::put_metric_alarm},
      Operation<Monitoring>{"PutCompositeAlarm", &Monitoring::put_composite_alarm},
      Operation<Monitoring>{"SetAlarmState", &Monitoring::set_alarm_state},
      Operation<Monitoring>{"DeleteAlarms", &Monitoring::delete_alarms},
      Operation<Monitoring>{"EnableAlarmActions", &Monitoring::enable_alarm_actions},
      Operation<Monitoring>{"DisableAlarmActions", &Monitoring::disable_alarm_actions},
      Operation<Monitoring>{"DescribeAlarms", &Monitoring::describe_alarms},
      Operation<Monitoring>{"DescribeAlarmHistory", &Monitoring::describe_alarm_history},
      Operation<Monitoring>{"TagResource", &Monitoring::tag_resource},
      Operation<Monitoring>{"UntagResource", &Monitoring::untag_resource},
      Operation<Monitoring>{"ListTagsForResource", &Monitoring::list_tags_for_resource},
  };
  return run_operation<Monitoring>(*this, kOperations, std::move(call));
}

AwsResult Monitoring::put_metric_data(const AwsCall& call) {
  Members in(call, kMonitoringErrors);
  const std::string space = in.required_text("Namespace");
  std::vector<metrics::Datum> data;
  std::optional<AwsError> refused;
  if (const Json* list = in.array("MetricData")) {
    for (const Json& item : *list) {
      Members one(in, item, "MetricData.member." + std::to_string(data.size() + 1));
      auto datum = datum_in(one, space, data.size());
      if (!datum && !refused) refused = std::move(datum.error());
      data.push_back(std::move(datum).value_or(metrics::Datum{}));
    }
  }
  in.ignore("StrictEntityValidation");  // there are no entities
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  if (refused) return std::unexpected(std::move(*refused));
  return done_or(sink_.put_metric_data(data));
}

AwsResult Monitoring::list_metrics(const AwsCall& call) {
  constexpr std::size_t kPage = 500;
  Members in(call, kMonitoringErrors);
  metrics::ListMetricsRequest request{.space = in.text("Namespace"),
                                      .name = in.text("MetricName"),
                                      .dimensions = dimensions_in(in, "Dimensions")};
  const std::size_t begin = page_begin(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const std::vector<metrics::MetricId> found = reader_.list_metrics(request);
  Json list = Json::array();
  for (std::size_t i = begin; i < std::min(found.size(), begin + kPage); ++i) {
    list.push_back({{"Namespace", found[i].space},
                    {"MetricName", found[i].name},
                    {"Dimensions", dimensions_json(found[i].dimensions)}});
  }
  Json output = {{"Metrics", std::move(list)}};
  if (begin + kPage < found.size()) output["NextToken"] = kernel::base64(std::to_string(begin + kPage));
  return reply_with(std::move(output));
}

AwsResult Monitoring::get_metric_data(const AwsCall& call) {
  Members in(call, kMonitoringErrors);
  const auto start = in.time("StartTime");
  const auto end = in.time("EndTime");
  const auto order = in.text("ScanBy");
  if (!start) in.fail(missing("StartTime"));
  if (!end) in.fail(missing("EndTime"));
  metrics::MetricDataRequest request{.queries = queries_in(in, "MetricDataQueries"),
                                     .start = start.value_or(kernel::WallTime{}),
                                     .end = end.value_or(kernel::WallTime{}),
                                     .oldest_first = order == "TimestampAscending"};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto rows = reader_.get_metric_data(request);
  if (!rows) return std::unexpected(error_of(rows.error()));
  Json results = Json::array();
  for (const metrics::PointRow& row : *rows) {
    Json times = Json::array();
    for (const kernel::WallTime time : row.times) times.push_back(time_json(call, time));
    results.push_back({{"Id", row.id},
                       {"Label", row.label},
                       {"Timestamps", std::move(times)},
                       {"Values", row.values},
                       {"StatusCode", "Complete"}});
  }
  return reply_with({{"MetricDataResults", std::move(results)}, {"Messages", Json::array()}});
}

AwsResult Monitoring::get_metric_statistics(const AwsCall& call) {
  Members in(call, kMonitoringErrors);
  const auto start = in.time("StartTime");
  const auto end = in.time("EndTime");
  if (!start) in.fail(missing("StartTime"));
  if (!end) in.fail(missing("EndTime"));
  metrics::StatisticsRequest request{
      .metric = metrics::make_metric_id(in.required_text("Namespace"), in.required_text("MetricName"),
                                        dimensions_in(in, "Dimensions")),
      .start = start.value_or(kernel::WallTime{}),
      .end = end.value_or(kernel::WallTime{}),
      .period = in.integer("Period").value_or(0),
      .statistics = in.texts("Statistics"),
      .unit = in.text_or_empty("Unit")};
  const std::size_t simple = request.statistics.size();
  for (std::string& text : in.texts("ExtendedStatistics")) request.statistics.push_back(std::move(text));
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto answer = reader_.get_metric_statistics(request);
  if (!answer) return std::unexpected(error_of(answer.error()));
  Json points = Json::array();
  for (const metrics::StatisticsPoint& point : answer->points) {
    Json one = {{"Timestamp", time_json(call, point.time)}};
    Json extended = Json::object();
    for (std::size_t i = 0; i < point.values.size(); ++i) {
      if (point.values[i]) (i < simple ? one : extended)[request.statistics[i]] = *point.values[i];
    }
    if (!extended.empty()) one["ExtendedStatistics"] = std::move(extended);
    one["Unit"] = answer->unit;
    points.push_back(std::move(one));
  }
  return reply_with({{"Label", request.metric.name}, {"Datapoints", std::move(points)}});
}

}  // namespace emulator::edge
