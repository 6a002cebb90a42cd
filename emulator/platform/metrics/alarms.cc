// The control plane: alarms are made, changed, shown and deleted. Evaluation: alarm_evaluation.cc.
#include "emulator/platform/metrics/alarms.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/platform/metrics/checks.h"
#include "middleware/kernel/json.h"

namespace emulator::metrics {
namespace {

constexpr std::int64_t kMinute = 60;
constexpr const char* kUnchecked = "Unchecked: Initial alarm creation";

bool is_composite(const AlarmInfo& info) { return std::holds_alternative<CompositeAlarm>(info.config); }

/// A plain alarm is a set of one query.
std::vector<MetricQuery> queries_of(const MetricAlarm& alarm) {
  if (!alarm.metric) return alarm.queries;
  return {MetricQuery{.id = "m1", .stat = alarm.metric}};
}

}  // namespace

Alarms::Alarms(AlarmSettings settings, std::uint64_t seed, kernel::Scheduler& scheduler,
               kernel::Journal& journal, const MetricStore& store, AlarmOutlets outlets)
    : settings_(std::move(settings)),
      scheduler_(scheduler),
      journal_(journal),
      store_(store),
      actions_(outlets, seed, journal) {}

Answer<> Alarms::check_actions(const AlarmBase& alarm) const {
  for (const State state : {State::Ok, State::Alarm, State::InsufficientData}) {
    for (const std::string& action : actions_for(alarm, state)) {
      if (auto problem = action_problem(action, actions_.outlets()))
        return std::unexpected(validation(std::move(*problem)));
    }
  }
  return {};
}

/// New, or in place of the one of this name, whose state and tags stay.
template <class Config>
Alarms::Alarm& Alarms::store_alarm(Config config) {
  const kernel::WallTime now = scheduler_.wall_now();
  const auto [found, is_new] = alarms_.try_emplace(config.name);
  Alarm& alarm = found->second;
  if (!is_new) config.tags = alarm.info.base().tags;
  if (is_new) {
    alarm.info.arn = alarm_arn(config.name);
    alarm.info.state = {.reason = kUnchecked, .updated = now, .transitioned = now};
  }
  alarm.info.configured = now;
  alarm.info.config = std::move(config);
  remember(alarm, "ConfigurationUpdate",
           "Alarm \"" + alarm.info.base().name + "\" " + (is_new ? "created" : "updated"));
  return alarm;
}

Answer<> Alarms::put_metric_alarm(MetricAlarm config) {
  if (auto error = check_alarm(config)) return std::unexpected(std::move(*error));
  if (auto checked = check_actions(config); !checked) return checked;
  if (const auto found = alarms_.find(config.name); found != alarms_.end() && found->second.rule)
    return std::unexpected(validation("A composite alarm of this name exists."));
  auto queries = QuerySet::compile(queries_of(config));
  if (!queries) return std::unexpected(validation(queries.error().message));
  Alarm& alarm = store_alarm(std::move(config));
  const auto& stored = std::get<MetricAlarm>(alarm.info.config);
  const auto returned = std::ranges::find(queries->queries(), true, &MetricQuery::returns_data);
  alarm.returned = static_cast<std::size_t>(returned - queries->queries().begin());
  alarm.queries = std::move(*queries);
  alarm.newest.reset();
  alarm.warm_until.reset();
  if (stored.warm_up)
    alarm.warm_until = scheduler_.wall_now() + std::chrono::minutes{stored.warm_up->minutes};
  on_put_();
  return {};
}

bool Alarms::depends(const std::string& name, const std::string& on) const {
  if (name == on) return true;
  const auto found = alarms_.find(name);
  if (found == alarms_.end() || !found->second.rule) return false;
  return std::ranges::any_of(found->second.rule->alarms(),
                             [&](const std::string& child) { return depends(child, on); });
}

Answer<> Alarms::check_rule(const CompositeAlarm& alarm, const AlarmRule& rule) const {
  for (const std::string& child : rule.alarms()) {
    if (!alarms_.contains(child))
      return std::unexpected(
          validation("AlarmRule must not contain alarms that do not exist: [" + child + "]"));
    if (depends(child, alarm.name))
      return std::unexpected(validation("AlarmRule must not depend on the alarm itself: " + child));
  }
  return {};
}

Answer<> Alarms::put_composite_alarm(CompositeAlarm config) {
  if (auto error = check_base(config)) return std::unexpected(std::move(*error));
  if (auto checked = check_actions(config); !checked) return checked;
  auto rule = AlarmRule::parse(config.rule);
  if (!rule) return std::unexpected(validation("Invalid AlarmRule: " + rule.error().message));
  if (auto checked = check_rule(config, *rule); !checked) return checked;
  if (const auto found = alarms_.find(config.name); found != alarms_.end() && !found->second.rule)
    return std::unexpected(validation("A metric alarm of this name exists."));
  const std::string name = config.name;
  store_alarm(std::move(config)).rule = std::move(*rule);
  evaluate_composites();
  on_put_();
  return {};
}

Answer<> Alarms::delete_alarms(const std::vector<std::string>& names) {
  // ASSUMPTION: an alarm that a composite alarm names can go only together with it.
  for (const auto& [name, alarm] : alarms_) {
    if (!alarm.rule || std::ranges::find(names, name) != names.end()) continue;
    for (const std::string& child : alarm.rule->alarms()) {
      if (std::ranges::find(names, child) == names.end()) continue;
      return std::unexpected(validation("Alarm " + child + " cannot be deleted: the composite alarm " + name +
                                        " depends on it."));
    }
  }
  for (const std::string& name : names) {
    const auto found = alarms_.find(name);
    if (found == alarms_.end()) continue;
    remember(found->second, "ConfigurationUpdate", "Alarm \"" + name + "\" deleted");
    alarms_.erase(found);
  }
  return {};
}

Answer<> Alarms::set_alarm_state(SetAlarmStateRequest request) {
  const auto found = alarms_.find(request.alarm);
  if (found == alarms_.end()) return std::unexpected(not_found());
  if (request.reason.size() > 1023) return std::unexpected(validation("StateReason is too long."));
  if (!request.reason_data.empty() && !kernel::is_json(request.reason_data))
    return std::unexpected(
        ApiError{"InvalidFormat", "InvalidFormatFault", 400, "StateReasonData is not valid JSON."});
  change(found->second, {.state = request.state,
                         .reason = std::move(request.reason),
                         .reason_data = std::move(request.reason_data)});
  evaluate_composites();
  return {};
}

Answer<> Alarms::enable_actions(const std::vector<std::string>& names, bool enabled) {
  for (const std::string& name : names) {
    const auto found = alarms_.find(name);
    if (found == alarms_.end()) continue;
    std::visit([enabled](auto& config) { config.actions_enabled = enabled; }, found->second.info.config);
  }
  return {};
}

Answer<> Alarms::tag(const std::string& arn, const std::vector<std::pair<std::string, std::string>>& tags) {
  for (auto& [name, alarm] : alarms_) {
    if (alarm.info.arn != arn) continue;
    std::visit(
        [&tags](auto& config) {
          for (const auto& tag : tags) {
            std::erase_if(config.tags, [&tag](const auto& old) { return old.first == tag.first; });
            config.tags.push_back(tag);
          }
        },
        alarm.info.config);
    return {};
  }
  return std::unexpected(not_found("Unknown"));
}

Answer<> Alarms::untag(const std::string& arn, const std::vector<std::string>& keys) {
  for (auto& [name, alarm] : alarms_) {
    if (alarm.info.arn != arn) continue;
    std::visit(
        [&keys](auto& config) {
          std::erase_if(config.tags, [&keys](const auto& tag) {
            return std::ranges::find(keys, tag.first) != keys.end();
          });
        },
        alarm.info.config);
    return {};
  }
  return std::unexpected(not_found("Unknown"));
}

std::vector<AlarmInfo> Alarms::describe_alarms() const {
  std::vector<AlarmInfo> all;
  for (const auto& [name, alarm] : alarms_) all.push_back(alarm.info);
  return all;
}

std::vector<HistoryItem> Alarms::history(std::string_view alarm) const {
  std::vector<HistoryItem> items;
  for (auto item = history_.rbegin(); item != history_.rend(); ++item) {
    if (alarm.empty() || item->alarm == alarm) items.push_back(*item);
  }
  return items;
}

void Alarms::remember(const Alarm& alarm, const char* type, std::string summary, std::string data) {
  history_.push_back({.alarm = alarm.info.base().name,
                      .is_composite = is_composite(alarm.info),
                      .at = scheduler_.wall_now(),
                      .type = type,
                      .summary = std::move(summary),
                      .data = std::move(data)});
  if (history_.size() > settings_.history_max) history_.pop_front();
}

std::int64_t Alarms::pace() const {
  std::int64_t pace = 0;
  for (const auto& [name, alarm] : alarms_) {
    const auto* metric = std::get_if<MetricAlarm>(&alarm.info.config);
    const std::int64_t own = metric != nullptr && metric->period() < kMinute ? 10 : kMinute;
    pace = pace == 0 ? own : std::min(pace, own);
  }
  return pace;
}

}  // namespace emulator::metrics
