#pragma once
// Stands between the middleware's code and the record, and makes of what it says the lines that its program
// would write: what is recorded goes on unchanged.
#include "middleware/service/log_sink.h"

namespace emulator::runner {

class LoggedHops final : public kernel::HopSink, public service::CallNotes {
 public:
  /// Both outlive it.
  LoggedHops(kernel::HopSink& record, service::LogSink& lines) : record_(record), lines_(lines) {}

  /// Its program is dead: it writes nothing more.
  void mute() { is_mute_ = true; }

  kernel::HopId open(const kernel::HopStart& start) override {
    const kernel::HopId hop = record_.open(start);
    lines_.open_as(hop, start);
    return hop;
  }
  void close(kernel::HopId hop, const kernel::HopEnd& end) override {
    record_.close(hop, end);
    if (!is_mute_) lines_.close(hop, end);
  }
  void transition(const kernel::Transition& transition) override {
    record_.transition(transition);
    if (!is_mute_) lines_.transition(transition);
  }
  void log(const kernel::LogLine& line) override {
    record_.log(line);
    if (!is_mute_) lines_.log(line);
  }
  void metric(const kernel::DataPoint& point) override {
    record_.metric(point);
    if (!is_mute_) lines_.metric(point);
  }
  void note(kernel::HopId hop, const service::CallNote& call) override { lines_.note(hop, call); }

 private:
  kernel::HopSink& record_;
  service::LogSink& lines_;
  bool is_mute_ = false;
};

}  // namespace emulator::runner
