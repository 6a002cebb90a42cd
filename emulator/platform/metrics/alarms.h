#pragma once
// The alarms there are: their states, evaluated minute by minute, what a change of state sets off, and their
// history.
//
// Source: facts/aws-platform 4.2, 4.3. ASSUMPTION: the points of a minute are all there when it is over, so
// that an alarm sees them then; a composite alarm looks after every round of the others, and when it is made;
// a change by hand stands until the next round.
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "emulator/platform/metrics/alarm_actions.h"
#include "emulator/platform/metrics/alarm_rule.h"
#include "emulator/platform/metrics/query.h"
#include "emulator/platform/metrics/state_reason.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::metrics {

struct AlarmSettings {
  /// How many points an alarm of N periods fetches. ASSUMPTION: the formula.
  std::function<std::size_t(std::size_t)> range = evaluation_range;
  std::size_t history_max = 10'000;  ///< entries; AWS keeps 30 days of them
};

class Alarms final : public AlarmsApi {
 public:
  /// The references outlive it, as does what the outlets point to.
  Alarms(AlarmSettings settings, std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal,
         const MetricStore& store, AlarmOutlets outlets);

  Answer<> put_metric_alarm(MetricAlarm alarm) override;
  Answer<> put_composite_alarm(CompositeAlarm alarm) override;
  Answer<> delete_alarms(const std::vector<std::string>& names) override;
  Answer<> set_alarm_state(SetAlarmStateRequest request) override;
  Answer<> enable_actions(const std::vector<std::string>& names, bool enabled) override;
  Answer<> tag(const std::string& arn, const std::vector<std::pair<std::string, std::string>>& tags) override;
  Answer<> untag(const std::string& arn, const std::vector<std::string>& keys) override;
  std::vector<AlarmInfo> describe_alarms() const override;
  std::vector<HistoryItem> history(std::string_view alarm) const override;

  /// Looks at the points before `second` (since 1970): a whole ten seconds. Alarms of whole minutes are
  /// looked at when it is a whole minute.
  void evaluate(std::int64_t second);

  /// Called when an alarm was made or changed: the first needs a clock, and one may need a faster one.
  void on_put(std::function<void()> action) { on_put_ = std::move(action); }

  /// Seconds between rounds: 60, or 10 when some alarm has a shorter period; 0: there is no alarm.
  std::int64_t pace() const;

 private:
  struct Alarm {
    AlarmInfo info{};
    std::optional<QuerySet> queries{};  ///< of a metric alarm
    std::size_t returned = 0;           ///< index of the query that decides
    std::optional<AlarmRule> rule{};    ///< of a composite alarm
    std::optional<kernel::WallTime> warm_until{};
    std::optional<double> newest{};  ///< value of the newest point
  };

  template <class Config>
  Alarm& store_alarm(Config config);
  Answer<> check_actions(const AlarmBase& alarm) const;
  Answer<> check_rule(const CompositeAlarm& alarm, const AlarmRule& rule) const;
  bool depends(const std::string& name, const std::string& on) const;

  void evaluate(Alarm& alarm, std::int64_t second);
  std::vector<SeenPoint> look(Alarm& alarm, std::int64_t second) const;
  void note(const Alarm& alarm, const SeenPoint& newest) const;
  /// Then the state stays what it is.
  bool is_warming_up(Alarm& alarm, const std::vector<SeenPoint>& points, kernel::WallTime now) const;
  bool has_too_few_samples(const Alarm& alarm, const std::vector<SeenPoint>& points) const;
  void evaluate_composites();
  void evaluate_composite(Alarm& alarm);
  void change(Alarm& alarm, AlarmState next, std::vector<std::pair<std::string, AlarmState>> children = {});
  void repeat_scaling(Alarm& alarm);
  void remember(const Alarm& alarm, const char* type, std::string summary, std::string data = {});

  AlarmSettings settings_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  const MetricStore& store_;
  AlarmActions actions_;
  std::function<void()> on_put_ = [] {};
  std::map<std::string, Alarm> alarms_;
  std::deque<HistoryItem> history_;  ///< the oldest first
};

}  // namespace emulator::metrics
