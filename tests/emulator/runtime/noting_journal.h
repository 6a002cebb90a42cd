#pragma once
// A journal that keeps log lines and transitions as text.
#include <string>
#include <vector>

#include "middleware/kernel/journal.h"
#include "middleware/kernel/scheduler.h"

namespace emulator {

class NotingJournal final : public kernel::Journal {
 public:
  explicit NotingJournal(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}

  kernel::HopId open(const kernel::HopStart&) override { return ++hops_; }
  void close(kernel::HopId, const kernel::HopEnd&) override {}
  void transition(const kernel::Transition& t) override {
    notes.push_back(clock() + std::string(t.subject) + ", " + std::string(t.owner) + ": " +
                    std::string(t.to) + (t.why.empty() ? "" : ", " + std::string(t.why)));
  }
  void log(const kernel::LogLine& line) override {
    logs.push_back(std::string(line.source) + ": " + std::string(line.message) + " " +
                   std::string(line.fields) + " " + std::string(line.event));
  }
  void metric(const kernel::DataPoint&) override {}
  void published(const kernel::PublishedEvent&) override {}
  void rejected(const kernel::PublishedEvent&, std::string_view) override {}
  void branched(std::string_view, int) override {}
  void ended(std::string_view, kernel::End end, std::string_view) override {
    ends.push_back(clock() + std::string(to_text(end)));
  }
  void fault(const kernel::FaultDraw&) override {}
  void effect(const kernel::Effect&) override {}

  std::vector<std::string> notes;  ///< "0s ingest, environment 1: initialising"
  std::vector<std::string> logs;
  std::vector<std::string> ends;

 private:
  std::string clock() const { return kernel::duration_text(scheduler_.now().time_since_epoch()) + " "; }
  kernel::Scheduler& scheduler_;
  kernel::HopId hops_ = 0;
};

}  // namespace emulator
