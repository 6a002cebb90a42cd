#include <nlohmann/json.hpp>

#include "emulator/edge/logs.h"

namespace emulator::edge {
namespace {

using kernel::Json;

logs::MetricTransformation transformation_in(Members& in) {
  const Json* list = in.array("metricTransformations");
  if (list == nullptr || list->size() != 1) {
    in.fail(logs_error({"InvalidParameterException",
                        "1 validation error detected: Value at 'metricTransformations' failed to satisfy "
                        "constraint: Member must have length from 1 to 1"}));
    return {};
  }
  Members made(in, list->front(), "metricTransformations.1");
  return {.space = made.required_text("metricNamespace"),
          .metric = made.required_text("metricName"),
          .value = made.required_text("metricValue"),
          .default_value = made.number("defaultValue"),
          .dimensions = made.text_map("dimensions"),
          .unit = made.text("unit").value_or("None")};
}

Json filter_json(const logs::MetricFilter& filter) {
  const logs::MetricTransformation& made = filter.transformation;
  Json transformation = {
      {"metricName", made.metric}, {"metricNamespace", made.space}, {"metricValue", made.value}};
  if (made.default_value) transformation["defaultValue"] = *made.default_value;
  if (!made.dimensions.empty()) {
    Json dimensions = Json::object();
    for (const auto& [name, selector] : made.dimensions) dimensions[name] = selector;
    transformation["dimensions"] = std::move(dimensions);
  }
  transformation["unit"] = made.unit;
  return {{"filterName", filter.name},
          {"filterPattern", filter.pattern},
          {"metricTransformations", Json::array({std::move(transformation)})},
          {"creationTime", filter.created},
          {"logGroupName", filter.group}};
}

}  // namespace

AwsResult Logs::put_metric_filter(const AwsCall& call) {
  Members in(call, kLogsErrors);
  const auto pattern = in.text("filterPattern");
  if (!pattern) in.fail(null_error("InvalidParameterException", "filterPattern"));
  logs::MetricFilter filter{.name = in.required_text("filterName"),
                            .group = in.required_text("logGroupName"),
                            .pattern = pattern.value_or(std::string{}),
                            .transformation = transformation_in(in)};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return nothing_or(logs_.put_metric_filter(std::move(filter)));
}

AwsResult Logs::delete_metric_filter(const AwsCall& call) {
  Members in(call, kLogsErrors);
  const std::string group = in.required_text("logGroupName");
  const std::string name = in.required_text("filterName");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return nothing_or(logs_.delete_metric_filter(group, name));
}

AwsResult Logs::describe_metric_filters(const AwsCall& call) {
  Members in(call, kLogsErrors);
  const logs::FiltersRequest request{.group = in.text_or_empty("logGroupName"),
                                     .prefix = in.text_or_empty("filterNamePrefix"),
                                     .space = in.text_or_empty("metricNamespace"),
                                     .metric = in.text_or_empty("metricName"),
                                     .limit = in.integer("limit").value_or(50),
                                     .token = in.text_or_empty("nextToken")};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto page = logs_.metric_filters(request);
  if (!page) return std::unexpected(logs_error(page.error()));
  Json output = {{"metricFilters", Json::array()}};
  for (const logs::MetricFilter& filter : page->items) output["metricFilters"].push_back(filter_json(filter));
  if (!page->next.empty()) output["nextToken"] = page->next;
  return reply_with(std::move(output));
}

AwsResult Logs::test_metric_filter(const AwsCall& call) {
  Members in(call, kLogsErrors);
  const std::string pattern = in.text_or_empty("filterPattern");
  const std::vector<std::string> messages = in.texts("logEventMessages");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const auto matches = logs_.test_metric_filter(pattern, messages);
  if (!matches) return std::unexpected(logs_error(matches.error()));
  Json list = Json::array();
  for (const logs::PatternMatch& match : *matches) {
    Json values = Json::object();
    for (const auto& [name, value] : match.values) values[name] = value;
    list.push_back({{"eventNumber", match.number},
                    {"eventMessage", match.message},
                    {"extractedValues", std::move(values)}});
  }
  return reply_with({{"matches", std::move(list)}});
}

}  // namespace emulator::edge
