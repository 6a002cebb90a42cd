// How alarms look at their points, round after round, and what a change of state sets off.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/platform/metrics/alarms.h"
#include "middleware/kernel/json.h"

namespace emulator::metrics {
namespace {

constexpr std::int64_t kMinute = 60;

kernel::WallTime wall(std::int64_t second) { return kernel::WallTime{std::chrono::seconds{second}}; }

std::string dimensions_text(const MetricId& metric, const std::string& statistic) {
  kernel::Json json = kernel::Json::object();
  for (const Dimension& dimension : metric.dimensions) json[dimension.name] = dimension.value;
  json["statistic"] = statistic;
  return kernel::json_text(json);
}

/// "Monday 05 January, 2026 10:07:00 UTC"
std::string spoken_time(kernel::WallTime time) {
  constexpr const char* kDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                   "Thursday", "Friday", "Saturday"};
  constexpr const char* kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::string iso = kernel::iso_seconds(time);
  return std::string(kDays[std::chrono::weekday{day}.c_encoding()]) + " " + iso.substr(8, 2) + " " +
         kMonths[static_cast<unsigned>(date.month()) - 1] + ", " + iso.substr(0, 4) + " " +
         iso.substr(11, 8) + " UTC";
}

}  // namespace

void Alarms::evaluate(std::int64_t second) {
  for (auto& [name, alarm] : alarms_) {
    const auto* metric = std::get_if<MetricAlarm>(&alarm.info.config);
    if (metric != nullptr && (second % kMinute == 0 || metric->period() < kMinute)) evaluate(alarm, second);
  }
  evaluate_composites();
  if (second % kMinute != 0) return;
  for (auto& [name, alarm] : alarms_) repeat_scaling(alarm);
}

std::vector<SeenPoint> Alarms::look(Alarm& alarm, std::int64_t second) const {
  const auto& config = std::get<MetricAlarm>(alarm.info.config);
  const std::int64_t period = config.period();
  const std::size_t range = settings_.range(config.counts().evaluation_periods);
  const std::int64_t from = second - static_cast<std::int64_t>(range) * period;
  std::vector<SeenPoint> points;
  for (const QueryPoint& point : alarm.queries->calculate(alarm.returned, store_, from, range)) {
    SeenPoint seen{.start = wall(from + static_cast<std::int64_t>(points.size()) * period),
                   .value = point.value,
                   .samples = point.samples};
    if (point.value) {
      seen.point =
          is_breaching(*point.value, config.comparison, config.threshold) ? Point::Breaching : Point::Ok;
    }
    points.push_back(seen);
  }
  return points;
}

/// Writes the point that is new in this round into the record.
void Alarms::note(const Alarm& alarm, const SeenPoint& newest) const {
  if (!newest.value) return;
  const auto& config = std::get<MetricAlarm>(alarm.info.config);
  if (!config.metric) {
    journal_.metric({.name = "alarm " + config.name, .value = *newest.value});
    return;
  }
  const MetricStat& stat = *config.metric;
  journal_.metric({.name = stat.metric.space + " " + stat.metric.name,
                   .value = *newest.value,
                   .unit = store_.unit_of(stat.metric),
                   .dimensions = dimensions_text(stat.metric, stat.stat)});
}

/// ASSUMPTION: without OnlyStartEvaluatingAfterWarmUpPeriodEnds an alarm begins as soon as it has its N
/// points.
bool Alarms::is_warming_up(Alarm& alarm, const std::vector<SeenPoint>& points, kernel::WallTime now) const {
  if (!alarm.warm_until) return false;
  const auto& config = std::get<MetricAlarm>(alarm.info.config);
  const std::size_t n = config.counts().evaluation_periods;
  const bool has_all = std::ranges::all_of(std::span(points).last(n),
                                           [](const SeenPoint& point) { return point.value.has_value(); });
  if (now < *alarm.warm_until && (config.warm_up->waits_for_end || !has_all)) return true;
  alarm.warm_until.reset();
  return false;
}

/// ASSUMPTION: one such point among the newest N is enough.
bool Alarms::has_too_few_samples(const Alarm& alarm, const std::vector<SeenPoint>& points) const {
  const auto& config = std::get<MetricAlarm>(alarm.info.config);
  const Statistic* statistic = alarm.queries->statistic_of(alarm.returned);
  if (config.low_sample_percentile != "ignore" || statistic == nullptr) return false;
  return std::ranges::any_of(std::span(points).last(config.counts().evaluation_periods),
                             [&](const SeenPoint& point) {
                               return point.samples > 0 && point.samples < samples_wanted(*statistic);
                             });
}

void Alarms::evaluate(Alarm& alarm, std::int64_t second) {
  const auto& config = std::get<MetricAlarm>(alarm.info.config);
  const std::vector<SeenPoint> points = look(alarm, second);
  alarm.newest = points.back().value;
  note(alarm, points.back());
  if (is_warming_up(alarm, points, wall(second)) || has_too_few_samples(alarm, points)) return;
  std::vector<Point> plain;
  for (const SeenPoint& point : points) plain.push_back(point.point);
  const Evaluation found = metrics::evaluate(
      plain, config.counts(), config.missing.value_or(Missing::Missing), alarm.info.state.state);
  if (found.is_kept || found.state == alarm.info.state.state) return;
  const ReasonContext context{.alarm = config,
                              .statistic = config.metric ? std::string_view(config.metric->stat) : "",
                              .unit = config.metric ? std::string_view(config.metric->unit) : "",
                              .asked = wall(second)};
  change(alarm, {.state = found.state,
                 .reason = state_reason(found, points, context),
                 .reason_data = state_reason_data(found, points, context)});
}

void Alarms::evaluate_composites() {
  // One may name another: as many rounds as there are alarms are enough, for none depends on itself.
  for (std::size_t round = 0; round < alarms_.size(); ++round) {
    bool has_changed = false;
    for (auto& [name, alarm] : alarms_) {
      if (!alarm.rule) continue;
      const State before = alarm.info.state.state;
      evaluate_composite(alarm);
      has_changed = has_changed || before != alarm.info.state.state;
    }
    if (!has_changed) return;
  }
}

/// ASSUMPTION: the words of the reason; the child that is named is the one that changed last.
void Alarms::evaluate_composite(Alarm& alarm) {
  const bool holds =
      alarm.rule->holds([this](const std::string& name) { return alarms_.at(name).info.state.state; });
  const State next = holds ? State::Alarm : State::Ok;
  if (next == alarm.info.state.state) return;
  std::vector<std::pair<std::string, AlarmState>> children;
  kernel::Json triggering = kernel::Json::array();
  const AlarmInfo* last = nullptr;
  for (const std::string& name : alarm.rule->alarms()) {
    const AlarmInfo& child = alarms_.at(name).info;
    if (last == nullptr || child.state.transitioned > last->state.transitioned) last = &child;
    if (child.state.state != State::Alarm) continue;
    children.emplace_back(child.arn, child.state);
    triggering.push_back({{"arn", child.arn},
                          {"state",
                           {{"value", std::string(to_text(child.state.state))},
                            {"timestamp", offset_time(child.state.transitioned)}}}});
  }
  std::string reason = "The rule " + std::get<CompositeAlarm>(alarm.info.config).rule + " is constant";
  if (last != nullptr) {
    reason = last->arn + " transitioned to " + std::string(to_text(last->state.state)) + " at " +
             spoken_time(last->state.transitioned);
  }
  change(alarm,
         {.state = next,
          .reason = std::move(reason),
          .reason_data = kernel::json_text({{"triggeringAlarms", std::move(triggering)}})},
         std::move(children));
}

void Alarms::change(Alarm& alarm, AlarmState next, std::vector<std::pair<std::string, AlarmState>> children) {
  AlarmInfo& info = alarm.info;
  next.updated = scheduler_.wall_now();
  const bool is_change = next.state != info.state.state;
  next.transitioned = is_change ? next.updated : info.state.transitioned;
  const AlarmState before = std::exchange(info.state, std::move(next));
  if (!is_change) return;
  const AlarmChange told{.alarm = info, .before = before, .children = std::move(children)};
  const std::string from(to_text(before.state));
  const std::string to(to_text(info.state.state));
  const std::string& name = info.base().name;
  journal_.transition({.kind = "alarm", .subject = name, .from = from, .to = to, .why = info.state.reason});
  remember(alarm, "StateUpdate", "Alarm updated from " + from + " to " + to, history_data(told));
  if (ServiceEvents* events = actions_.outlets().events; events != nullptr)
    events->alarm_changed(info.arn, event_detail(told), info.state.updated);
  if (!info.base().actions_enabled) return;
  for (const std::string& action : actions_for(info.base(), info.state.state)) {
    // Those of scaling are told in each round, this one included.
    if (!is_scaling(action)) remember(alarm, "Action", actions_.act(action, told, alarm.newest));
  }
}

void Alarms::repeat_scaling(Alarm& alarm) {
  const AlarmBase& base = alarm.info.base();
  if (!base.actions_enabled) return;
  const AlarmChange told{.alarm = alarm.info, .before = alarm.info.state};
  for (const std::string& action : actions_for(base, alarm.info.state.state)) {
    if (is_scaling(action)) static_cast<void>(actions_.act(action, told, alarm.newest));
  }
}

}  // namespace emulator::metrics
