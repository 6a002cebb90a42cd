#pragma once
// CloudWatch: numbers that are put, alarms that look at them, and the clock of both.
//
// Source: facts/aws-platform 4.2, 4.3, "Schedule". Minutes are those of the calendar.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/platform/metrics/alarms.h"
#include "emulator/platform/metrics/reader.h"
#include "emulator/platform/metrics/store.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::metrics {

class CloudWatch final : public MetricSink {
 public:
  /// The references outlive it, as does what the outlets point to.
  CloudWatch(AlarmSettings settings, std::uint64_t seed, kernel::Scheduler& scheduler,
             kernel::Journal& journal, AlarmOutlets outlets);
  ~CloudWatch() override;
  CloudWatch(const CloudWatch&) = delete;
  CloudWatch& operator=(const CloudWatch&) = delete;

  Answer<> put_metric_data(const std::vector<Datum>& data) override;

  /// Metrics in a line of somebody's log. Documents that are wrong are dropped, counted in AWS/Logs, and
  /// said in the record.
  void read_log_line(std::string_view line, std::string_view source);

  /// Called at the end of every full minute, before alarms look: what is put for the second it gets belongs
  /// to the minute that is over.
  using Gauge = std::function<void(std::int64_t second)>;
  void each_minute(Gauge gauge);

  MetricStore& store() { return store_; }
  const MetricStore& store() const { return store_; }
  /// Alarms, and the clock that goes once there are some.
  Alarms& alarms() { return alarms_; }
  MetricReader& reader() { return reader_; }

 private:
  void take(const Datum& datum);
  void wind();
  void tick();

  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  MetricStore store_;
  Reader reader_{store_};
  Alarms alarms_;
  std::vector<Gauge> gauges_;
  kernel::TimerId timer_{};
  std::int64_t due_ = 0;  ///< seconds since 1970, while timer_ is set
};

}  // namespace emulator::metrics
