// The shape of given.alarms.
#include <nlohmann/json.hpp>

#include "emulator/arn/arn.h"
#include "emulator/platform/metrics/alarm_rule.h"
#include "emulator/platform/metrics/checks.h"
#include "emulator/runner/given_shapes.h"

namespace emulator::runner {
namespace {

using config::boolean;
using config::choice;
using config::duration;
using config::integer;
using config::list_of;
using config::map_of;
using config::MapOf;
using config::mapped;
using config::non_empty_text;
using config::number;
using config::object;
using config::Shape;
using metrics::Comparison;
using metrics::Missing;
using namespace std::chrono_literals;

struct ActionText {
  std::optional<std::string> topic{};
  std::optional<std::string> function{};
};

struct ActionsText {
  std::vector<ActionText> alarm{};
  std::vector<ActionText> ok{};
  std::vector<ActionText> insufficient_data{};
};

/// A metric, or an expression: of an alarm, and of each of its `metrics`.
struct MetricText {
  std::optional<std::string> metric{};
  std::optional<std::string> space{};
  MapOf<std::string> dimensions{};
  std::optional<std::string> statistic{};
  std::string unit{};
  std::optional<std::string> expression{};
};

struct AlarmText : MetricText {
  config::Place place{};
  std::string description{};
  kernel::Duration period = 1min;
  MapOf<MetricText> metrics{};
  std::optional<std::string> rule{};
  std::int64_t evaluation_periods = 1;
  std::optional<std::int64_t> datapoints{};
  std::optional<double> threshold{};
  std::optional<Comparison> comparison{};
  std::optional<Missing> missing{};
  std::string low_samples{};
  std::optional<kernel::Duration> warm_up{};
  bool warm_up_to_the_end = false;
  bool are_actions_enabled = true;
  ActionsText actions{};
};

std::vector<std::string> arns(const std::vector<ActionText>& actions) {
  std::vector<std::string> all;
  for (const ActionText& action : actions) {
    all.push_back(action.topic ? make_arn("sns", *action.topic)
                               : make_arn("lambda", "function:" + *action.function));
  }
  return all;
}

metrics::MetricStat stat_of(const MetricText& text, std::int64_t period) {
  std::vector<metrics::Dimension> dimensions;
  for (const auto& [name, value] : text.dimensions) dimensions.push_back({name, value});
  return {.metric = metrics::make_metric_id(*text.space, *text.metric, std::move(dimensions)),
          .period = period,
          .stat = text.statistic.value_or("Average"),
          .unit = text.unit};
}

/// Nothing when it is complete.
std::string incomplete(const MetricText& text) {
  if (text.metric.has_value() == text.expression.has_value()) return "needs either 'metric' or 'expression'";
  if (text.metric && !text.space) return "'metric' needs 'namespace'";
  if (text.expression && (text.space || text.statistic || !text.dimensions.empty() || !text.unit.empty()))
    return "'expression' takes no namespace, dimensions, statistic and unit: its metrics have them";
  return "";
}

kernel::Result<std::vector<metrics::MetricQuery>> queries_of(const AlarmText& text, std::int64_t period) {
  std::vector<metrics::MetricQuery> queries{{.id = "result", .expression = *text.expression}};
  for (const auto& [id, part] : text.metrics) {
    if (const std::string problem = incomplete(part); !problem.empty())
      return kernel::invalid("metric '" + id + "' " + problem);
    metrics::MetricQuery query{.id = id, .expression = part.expression.value_or(""), .returns_data = false};
    if (part.metric) query.stat = stat_of(part, period);
    queries.push_back(std::move(query));
  }
  return queries;
}

metrics::AlarmBase base_of(const std::string& name, const AlarmText& text) {
  return {.name = name,
          .description = text.description,
          .actions_enabled = text.are_actions_enabled,
          .ok_actions = arns(text.actions.ok),
          .alarm_actions = arns(text.actions.alarm),
          .insufficient_data_actions = arns(text.actions.insufficient_data)};
}

kernel::Result<metrics::MetricAlarm> metric_alarm(const std::string& name, const AlarmText& text) {
  if (const std::string problem = incomplete(text); !problem.empty()) return kernel::invalid(problem);
  if (!text.metrics.empty() && !text.expression) return kernel::invalid("'metrics' needs 'expression'");
  if (!text.threshold || !text.comparison) return kernel::invalid("needs 'threshold' and 'comparison'");
  metrics::MetricAlarm alarm;
  static_cast<metrics::AlarmBase&>(alarm) = base_of(name, text);
  const std::int64_t period = text.period / 1s;
  if (text.period % 1s != 0s) return kernel::invalid("'period' wants whole seconds");
  if (text.metric) {
    alarm.metric = stat_of(text, period);
  } else {
    auto queries = queries_of(text, period);
    if (!queries) return std::unexpected(queries.error());
    alarm.queries = std::move(*queries);
    alarm.queries.front().period = period;
  }
  alarm.evaluation_periods = text.evaluation_periods;
  alarm.datapoints_to_alarm = text.datapoints;
  alarm.threshold = *text.threshold;
  alarm.comparison = *text.comparison;
  alarm.missing = text.missing;
  alarm.low_sample_percentile = text.low_samples;
  if (text.warm_up)
    alarm.warm_up =
        metrics::WarmUp{.minutes = *text.warm_up / 1min, .waits_for_end = text.warm_up_to_the_end};
  if (const auto error = metrics::check_alarm(alarm)) return kernel::invalid(error->message);
  return alarm;
}

kernel::Result<std::vector<AlarmGiven>> to_alarms(const MapOf<AlarmText>& entries) {
  std::vector<AlarmGiven> all;
  for (const auto& [name, text] : entries) {
    const std::string start = "alarm '" + name + "': ";
    AlarmGiven given{.place = text.place};
    if (text.rule) {
      if (text.metric || text.expression || text.space || text.statistic || text.threshold ||
          text.comparison || text.datapoints || text.missing || text.warm_up || !text.dimensions.empty() ||
          !text.metrics.empty() || !text.unit.empty() || !text.low_samples.empty())
        return kernel::invalid(start + "one with a 'rule' has no metric of its own");
      if (const auto rule = metrics::AlarmRule::parse(*text.rule); !rule)
        return kernel::invalid(start + "'rule': " + rule.error().message);
      metrics::CompositeAlarm alarm;
      static_cast<metrics::AlarmBase&>(alarm) = base_of(name, text);
      alarm.rule = *text.rule;
      given.alarm = std::move(alarm);
    } else {
      auto alarm = metric_alarm(name, text);
      if (!alarm) return kernel::invalid(start + alarm.error().message);
      given.alarm = std::move(*alarm);
    }
    if (const auto error = metrics::check_base(given.base())) return kernel::invalid(start + error->message);
    all.push_back(std::move(given));
  }
  return all;
}

Shape<std::vector<ActionText>> actions_of_state() {
  return list_of(object<ActionText>("an action", "What is told of the change.")
                     .optional("topic", &ActionText::topic, non_empty_text(), "An SNS topic.")
                     .optional("lambda", &ActionText::function, non_empty_text(), "A function.")
                     .exactly_one_of({"topic", "lambda"})
                     .done());
}

Shape<ActionsText> actions_shape() {
  return object<ActionsText>("actions", "What happens when the state changes.")
      .optional("alarm", &ActionsText::alarm, actions_of_state(), "On the change to ALARM.")
      .optional("ok", &ActionsText::ok, actions_of_state(), "On the change to OK.")
      .optional("insufficient_data", &ActionsText::insufficient_data, actions_of_state(),
                "On the change to INSUFFICIENT_DATA.")
      .not_yet("scaling", "tasks scale by the alarms that compute.scaling makes")
      .done();
}

Shape<MetricText> metric_shape() {
  return object<MetricText>("a metric", "What an expression is made of.")
      .optional("metric", &MetricText::metric, non_empty_text(), "Name of the metric.")
      .optional("namespace", &MetricText::space, non_empty_text(), "Its namespace.")
      .optional("dimensions", &MetricText::dimensions, map_of(non_empty_text()), "All of its dimensions.")
      .optional("statistic", &MetricText::statistic, non_empty_text(), "Sum, Average, p99 and so on.")
      .optional("unit", &MetricText::unit, non_empty_text(), "Only numbers of this unit.")
      .optional("expression", &MetricText::expression, non_empty_text(), "Calculated from the others.")
      .done();
}

}  // namespace

Shape<std::vector<AlarmGiven>> alarms_shape() {
  const auto alarm =
      object<AlarmText>("an alarm", "A CloudWatch alarm: of a metric, an expression, or other alarms.")
          .optional("metric", &AlarmText::metric, non_empty_text(), "Name of the metric.")
          .optional("namespace", &AlarmText::space, non_empty_text(), "Its namespace: AWS/Lambda.")
          .optional("dimensions", &AlarmText::dimensions, map_of(non_empty_text()),
                    "All of its dimensions: {FunctionName: ingest}.")
          .optional("statistic", &AlarmText::statistic, non_empty_text(), "Sum, Average, p99 and so on.")
          .optional("unit", &AlarmText::unit, non_empty_text(), "Only numbers of this unit.")
          .optional("expression", &AlarmText::expression, non_empty_text(),
                    "Metric math over `metrics`: 100 * errors / calls.")
          .optional("metrics", &AlarmText::metrics, map_of(metric_shape()),
                    "By id: what the expression is made of.")
          .optional("rule", &AlarmText::rule, non_empty_text(),
                    "A composite alarm: ALARM(a) AND NOT ALARM(b).")
          .optional("description", &AlarmText::description, config::text(), "Is in what the actions send.")
          .optional("period", &AlarmText::period, duration(10s, 7 * 24h), "10s, 20s, 30s or whole minutes.")
          .optional("evaluation_periods", &AlarmText::evaluation_periods, integer(1), "N: points looked at.")
          .optional("datapoints_to_alarm", &AlarmText::datapoints, integer(1),
                    "M: so many of the N must breach; all when absent.")
          .optional("threshold", &AlarmText::threshold, number(), "What is compared with.")
          .optional("comparison", &AlarmText::comparison,
                    choice<Comparison>({{"GreaterThanThreshold", Comparison::Greater},
                                        {"GreaterThanOrEqualToThreshold", Comparison::GreaterOrEqual},
                                        {"LessThanThreshold", Comparison::Less},
                                        {"LessThanOrEqualToThreshold", Comparison::LessOrEqual}}),
                    "When a point breaches.")
          .optional("missing", &AlarmText::missing,
                    choice<Missing>({{"missing", Missing::Missing},
                                     {"ignore", Missing::Ignore},
                                     {"breaching", Missing::Breaching},
                                     {"notBreaching", Missing::NotBreaching}}),
                    "What stands in for points that are missing.")
          .optional("low_samples", &AlarmText::low_samples,
                    choice<std::string>({{"evaluate", "evaluate"}, {"ignore", "ignore"}}),
                    "Of a percentile with few samples.")
          .optional("warm_up", &AlarmText::warm_up, duration(1min, 48h),
                    "So long it stays INSUFFICIENT_DATA, unless it has its points before.")
          .optional("warm_up_to_the_end", &AlarmText::warm_up_to_the_end, boolean(), "Even then.")
          .optional("actions_enabled", &AlarmText::are_actions_enabled, boolean(), "Whether actions happen.")
          .optional("actions", &AlarmText::actions, actions_shape(), "What a change sets off.")
          .requires_key("warm_up_to_the_end", {"warm_up"})
          .place(&AlarmText::place)
          .done();
  return mapped<std::vector<AlarmGiven>>(map_of(alarm), to_alarms);
}

}  // namespace emulator::runner
