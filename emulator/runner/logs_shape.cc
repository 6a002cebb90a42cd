// The shapes of given.logs, account.cloudwatch_logs, and of what is expected of log events.
#include <nlohmann/json.hpp>

#include "emulator/platform/logs/checks.h"
#include "emulator/platform/logs/filter_pattern.h"
#include "emulator/runner/given_shapes.h"
#include "emulator/runner/logs_given.h"
#include "emulator/runner/timeline_shape.h"

namespace emulator::runner {
namespace {

using config::boolean;
using config::duration;
using config::integer;
using config::map_of;
using config::MapOf;
using config::mapped;
using config::non_empty_text;
using config::number;
using config::object;
using config::Shape;
using namespace std::chrono_literals;

struct GroupText {
  std::optional<kernel::Duration> retention{};
};

struct LogsText {
  LogsGiven given{};
  MapOf<GroupText> groups{};
  MapOf<logs::MetricFilter> filters{};
};

kernel::Result<LogsGiven> to_logs(const LogsText& text) {
  LogsGiven given = text.given;
  given.is_wanted = true;
  for (const auto& [name, group] : text.groups) {
    if (const auto checked = logs::check_group_name(name); !checked)
      return kernel::invalid("group '" + name + "': " + checked.error().message);
    given.groups.push_back({.name = name});
    if (!group.retention) continue;
    const std::int64_t days = *group.retention / 24h;
    if (*group.retention % 24h != 0s) return kernel::invalid("group '" + name + "': whole days, such as 7d");
    if (const auto checked = logs::check_retention(days); !checked)
      return kernel::invalid("group '" + name + "': " + checked.error().message);
    given.groups.back().retention_days = days;
  }
  for (const auto& [name, filter] : text.filters) {
    given.filters.push_back(filter);
    given.filters.back().name = name;
    if (const auto checked = logs::check_metric_filter(given.filters.back()); !checked)
      return kernel::invalid("metric filter '" + name + "': " + checked.error().message);
  }
  return given;
}

Shape<logs::MetricFilter> filter_shape() {
  using logs::MetricFilter;
  const auto value = config::either<std::string>(
      {.scalar = mapped<std::string>(config::json(), [](const kernel::Json& json) {
         return kernel::Result<std::string>(kernel::json_text_at(json, ""));
       })});
  return object<MetricFilter>("a metric filter", "Makes numbers of the log events that fit its pattern.")
      .required("group", &MetricFilter::group, non_empty_text(), "Of this log group.")
      .optional("pattern", &MetricFilter::pattern, config::text(),
                "Which events: ERROR, { $.level = \"ERROR\" }, [ip, ..., status = 5*]; all when absent.")
      .required(
          "metric", [](MetricFilter& f, std::string name) { f.transformation.metric = std::move(name); },
          non_empty_text(), "Name of the metric.")
      .required(
          "namespace", [](MetricFilter& f, std::string name) { f.transformation.space = std::move(name); },
          non_empty_text(), "Its namespace.")
      .optional(
          "value", [](MetricFilter& f, std::string text) { f.transformation.value = std::move(text); }, value,
          "A number, or what an event has: $.latency, $size; 1 when absent.")
      .optional(
          "default", [](MetricFilter& f, double number) { f.transformation.default_value = number; },
          number(), "Of a minute with events and no match.")
      .optional(
          "dimensions",
          [](MetricFilter& f, MapOf<std::string> map) { f.transformation.dimensions = std::move(map); },
          map_of(non_empty_text()), "At most three, by name: {Route: $.route}.")
      .optional(
          "unit", [](MetricFilter& f, std::string unit) { f.transformation.unit = std::move(unit); },
          non_empty_text(), "Count, Milliseconds and so on.")
      .done();
}

struct ExpectText {
  config::Place place{};
  std::string group{};
  std::string pattern{};
  judge::Window between{};
  judge::Bounds bounds{};
};

kernel::Result<LogExpectation> to_expectation(const ExpectText& text) {
  if (const auto pattern = logs::FilterPattern::parse(text.pattern); !pattern)
    return kernel::invalid("'has': " + pattern.error().message);
  LogExpectation result{.place = text.place,
                        .name = "log " + text.group,
                        .group = text.group,
                        .pattern = text.pattern,
                        .between = text.between,
                        .bounds = text.bounds};
  if (!text.pattern.empty()) result.name += " has " + text.pattern.substr(0, 60);
  const judge::Bounds& bounds = result.bounds;
  if (!bounds.at_least && !bounds.at_most && !bounds.equals) result.bounds.at_least = 1;
  result.name += ": " + result.bounds.text();
  return result;
}

}  // namespace

Shape<LogsGiven> logs_shape() {
  const auto group = object<GroupText>("a log group", "It is there from the start.")
                         .optional("retention", &GroupText::retention, duration(24h),
                                   "Events older than this go: 1d, 3d, 5d, 7d, 14d, 30d and so on.")
                         .done();
  const auto map =
      object<LogsText>("log events", "The boxes write them to CloudWatch Logs.")
          .optional("groups", &LogsText::groups, map_of(group), "Log groups by name.")
          .optional("metric_filters", &LogsText::filters, map_of(filter_shape()), "Metric filters by name.")
          .optional(
              "keep", [](LogsText& t, std::int64_t bytes) { t.given.service.bytes_max = bytes; },
              config::size(), "So much is kept in all; then the oldest events go.")
          .optional(
              "event_max", [](LogsText& t, std::int64_t bytes) { t.given.service.event_bytes_max = bytes; },
              config::size(), "One event with its 26 bytes of overhead.")
          .optional(
              "query_time", [](LogsText& t, kernel::Duration time) { t.given.service.query_time = time; },
              duration(), "How long a query of Logs Insights runs.")
          .check([](const LogsText& text) -> std::optional<std::string> {
            if (text.given.service.event_bytes_max > logs::kEventOverhead && text.given.service.bytes_max > 0)
              return std::nullopt;
            return "'event_max' wants more than 26 bytes, 'keep' more than none";
          })
          .done();
  return config::either<LogsGiven>(
      {.scalar = mapped<LogsGiven>(
           boolean(),
           [](bool is_wanted) { return kernel::Result<LogsGiven>(LogsGiven{.is_wanted = is_wanted}); }),
       .map = mapped<LogsGiven>(map, to_logs)});
}

Shape<LogQuotas> log_quotas_shape() {
  return object<LogQuotas>("the quotas of CloudWatch Logs", "Calls that the account may make.")
      .optional("puts", &LogQuotas::puts, config::rate(), "PutLogEvents.")
      .optional("gets", &LogQuotas::gets, config::rate(), "GetLogEvents.")
      .optional("filters", &LogQuotas::filters, config::rate(), "FilterLogEvents.")
      .optional("new_streams", &LogQuotas::new_streams, config::rate(), "CreateLogStream.")
      .done();
}

Shape<LogExpectation> log_expectation_shape() {
  return mapped<LogExpectation>(
      object<ExpectText>("an expectation about log events", "What must have been written.")
          .required("log", &ExpectText::group, non_empty_text(), "The log group.")
          .optional("has", &ExpectText::pattern, config::text(), "A filter pattern; every event when absent.")
          .optional("between", &ExpectText::between, window_shape(), "Written in this time.")
          .optional(
              "at_most", [](ExpectText& t, std::int64_t n) { t.bounds.at_most = n; }, integer(0), "")
          .optional(
              "at_least", [](ExpectText& t, std::int64_t n) { t.bounds.at_least = n; }, integer(0), "")
          .optional(
              "equals", [](ExpectText& t, std::int64_t n) { t.bounds.equals = n; }, integer(0), "")
          .place(&ExpectText::place)
          .done(),
      to_expectation);
}

}  // namespace emulator::runner
