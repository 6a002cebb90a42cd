#pragma once
// A sink that keeps every hop and transition as one line of text, with its times in milliseconds.
#include <string>
#include <vector>

#include "middleware/kernel/check.h"
#include "middleware/kernel/hop.h"
#include "middleware/kernel/scheduler.h"

namespace support {

class RecordedHops final : public kernel::HopSink {
 public:
  explicit RecordedHops(const kernel::Scheduler& scheduler) : scheduler_(scheduler) {}

  kernel::HopId open(const kernel::HopStart& start) override {
    hops_.push_back({std::string(to_text(start.stage)) + " " + std::string(start.to) + " " +
                         std::string(start.operation) + " #" + std::to_string(start.attempt) + " under " +
                         std::to_string(start.parent) + " " + now(),
                     true});
    return hops_.size();
  }
  void close(kernel::HopId hop, const kernel::HopEnd& end) override {
    Hop& closed = hops_.at(hop - 1);
    CHECK(closed.is_open);
    closed.is_open = false;
    closed.text += ".." + now() + " " + std::string(to_text(end.outcome)) + " " + std::to_string(end.status);
    if (!end.error.empty()) closed.text += " " + std::string(end.error);
  }
  void transition(const kernel::Transition& t) override {
    transitions.push_back(now() + " " + std::string(t.subject) + " " + std::string(t.from) + " -> " +
                          std::string(t.to));
  }
  void log(const kernel::LogLine& line) override {
    logs.push_back(now() + " " + std::string(to_text(line.level)) + " " + std::string(line.source) + ": " +
                   std::string(line.message) + " " + std::string(line.fields));
  }
  void metric(const kernel::DataPoint&) override {}

  /// "api payments POST /charges #1 under 1 0..30 ok 200", in the order of opening.
  std::vector<std::string> lines() const {
    std::vector<std::string> texts;
    for (const Hop& hop : hops_) texts.push_back(hop.text);
    return texts;
  }
  std::size_t open_hops() const {
    std::size_t count = 0;
    for (const Hop& hop : hops_) count += hop.is_open;
    return count;
  }
  std::vector<std::string> transitions;
  std::vector<std::string> logs;  ///< "30 ERROR outbox: what {fields}"

 private:
  struct Hop {
    std::string text;
    bool is_open;
  };
  std::string now() const { return std::to_string(kernel::nanoseconds(scheduler_.now()) / 1'000'000); }
  const kernel::Scheduler& scheduler_;
  std::vector<Hop> hops_;
};

}  // namespace support
