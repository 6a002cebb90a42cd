#include "emulator/platform/metrics/cloudwatch.h"

#include "emulator/platform/metrics/checks.h"
#include "emulator/platform/metrics/emf.h"

namespace emulator::metrics {
namespace {

constexpr std::int64_t kMinute = 60;

std::int64_t second_of(kernel::WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

CloudWatch::CloudWatch(AlarmSettings settings, std::uint64_t seed, kernel::Scheduler& scheduler,
                       kernel::Journal& journal, AlarmOutlets outlets)
    : scheduler_(scheduler),
      journal_(journal),
      alarms_(std::move(settings), seed, scheduler, journal, store_, outlets) {
  alarms_.on_put([this] { wind(); });
}

CloudWatch::~CloudWatch() { scheduler_.cancel(timer_); }

void CloudWatch::take(const Datum& datum) {
  const std::int64_t second = second_of(datum.at.value_or(scheduler_.wall_now()));
  Bucket& bucket = store_.series(datum.id, datum.unit).bucket_at(second, datum.resolution);
  for (const ValueCount& one : datum.values) bucket.add(one.value, one.count);
  if (datum.set) bucket.add(*datum.set);
}

Answer<> CloudWatch::put_metric_data(const std::vector<Datum>& data) {
  if (auto error = check_data(data, scheduler_.wall_now())) return std::unexpected(std::move(*error));
  for (const Datum& datum : data) take(datum);
  return {};
}

void CloudWatch::read_log_line(std::string_view line, std::string_view source) {
  EmfReading reading = read_emf(line);
  if (!reading.is_emf) return;
  if (reading.problem.empty() && !reading.data.empty()) {
    if (auto put = put_metric_data(reading.data); !put) reading.problem = put.error().message;
  }
  if (reading.problem.empty()) return;
  // ASSUMPTION: the name of the metric that counts them.
  take({.id = make_metric_id("AWS/Logs", "EMFValidationErrors"), .values = {{1}}, .unit = "Count"});
  journal_.log({.level = kernel::LogLevel::Warn,
                .source = "cloudwatch",
                .message = "a line of " + std::string(source) +
                           " in the embedded metric format was dropped: " + reading.problem});
}

void CloudWatch::each_minute(Gauge gauge) {
  gauges_.push_back(std::move(gauge));
  wind();
}

void CloudWatch::wind() {
  const std::int64_t pace = alarms_.pace() != 0 ? alarms_.pace() : (gauges_.empty() ? 0 : kMinute);
  if (pace == 0) {
    due_ = 0;
    return;
  }
  const kernel::WallTime now = scheduler_.wall_now();
  // Behind a round comes the next, also when it was late, as on a busy machine.
  const std::int64_t begin = !timer_ && due_ != 0 ? due_ : second_of(now);
  const std::int64_t due = (begin / pace + 1) * pace;
  if (timer_ && due_ <= due) return;
  scheduler_.cancel(timer_);
  due_ = due;
  const kernel::WallTime when{std::chrono::seconds{due}};
  timer_ = scheduler_.call_at(scheduler_.now() + (when - now), [this] { tick(); });
}

void CloudWatch::tick() {
  timer_ = {};
  if (due_ % kMinute == 0) {
    for (const Gauge& gauge : gauges_) gauge(due_ - kMinute);
  }
  alarms_.evaluate(due_);
  wind();
}

}  // namespace emulator::metrics
