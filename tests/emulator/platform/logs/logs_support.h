#pragma once
// CloudWatch Logs in virtual time, and what a test wants to know of its answers as text.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "emulator/platform/logs/cloudwatch_logs.h"
#include "emulator/sim/virtual_scheduler.h"
#include "tests/emulator/boxes/recording_journal.h"
#include "tests/support/run_task.h"

namespace logs_tests {

using namespace std::chrono_literals;
using namespace emulator::logs;
using emulator::RecordingJournal;

/// Keeps what it is given, as "space/name{dimension=value} value unit at second".
class Numbers final : public emulator::metrics::MetricSink {
 public:
  emulator::metrics::Answer<> put_metric_data(const std::vector<emulator::metrics::Datum>& data) override {
    for (const auto& datum : data) {
      std::string text = datum.id.space + "/" + datum.id.name;
      for (const auto& dimension : datum.id.dimensions)
        text += "{" + dimension.name + "=" + dimension.value + "}";
      text += " " + std::to_string(datum.values.front().value) + " " + datum.unit;
      const auto second = std::chrono::floor<std::chrono::seconds>(*datum.at - support::kWallStart).count();
      all.push_back(text + " at " + std::to_string(second));
    }
    return {};
  }
  std::vector<std::string> all;
};

template <class T>
std::string refused(const Answer<T>& answer) {
  return answer ? ""
                : std::to_string(answer.error().status) + " " + answer.error().code + ": " +
                      answer.error().message;
}

struct Rig {
  explicit Rig(LogsConfig its_config = {}) : config(its_config) { logs.reach({.metrics = &numbers}); }

  LogsConfig config;
  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  RecordingJournal journal{scheduler};
  Numbers numbers;
  CloudWatchLogs logs{config, 1, scheduler, journal};

  /// Milliseconds since the run's start, as the service has times.
  static Milliseconds at(kernel::Duration since_start) {
    return std::chrono::floor<std::chrono::milliseconds>(support::kWallStart + since_start)
        .time_since_epoch()
        .count();
  }
  void run_until(kernel::Duration since_start) {
    scheduler.call_at(kernel::at(since_start), [] {});
    while (scheduler.now() < kernel::at(since_start) && scheduler.step()) {
    }
  }
  /// A line of a box, now.
  void say(const std::string& text, const std::string& group = "app", const std::string& stream = "one") {
    logs.line(group, stream, scheduler.wall_now(), text);
  }
  std::string put(std::vector<InputEvent> events, const std::string& group = "app",
                  const std::string& stream = "one") {
    return refused(logs.put(group, stream, std::move(events)));
  }
  /// Messages, one after the other.
  std::string found(const std::string& pattern, const std::string& group = "app") {
    const auto page = logs.filter({.group = group, .pattern = pattern});
    return page ? text_of(page->events) : refused(page);
  }
  static std::string text_of(const std::vector<SeenEvent>& events) {
    std::string text;
    for (const SeenEvent& event : events) text += (text.empty() ? "" : " | ") + event.message;
    return text;
  }
};

}  // namespace logs_tests
