#pragma once
// Stands before the recorder: no text that holds the value of a secret passes it. What somebody's code wrote
// is noted, for the invariant no_secret_leaks.
//
// Names of parts (from, to, kinds, channels, ids) pass as they are: the scenario gave them, and checks ask
// for them. A scenario whose part is called like a secret says so itself.
#include <string>
#include <string_view>
#include <vector>

#include "emulator/runner/judge/judge.h"
#include "emulator/runner/known_secrets.h"
#include "middleware/kernel/journal.h"

namespace emulator::runner {

class RedactingJournal final : public kernel::Journal {
 public:
  /// Both outlive it; what `secrets` learns later counts from then on.
  RedactingJournal(kernel::Journal& next, const KnownSecrets& secrets) : next_(next), secrets_(secrets) {}

  kernel::HopId open(const kernel::HopStart& start) override;
  void close(kernel::HopId hop, const kernel::HopEnd& end) override;
  void transition(const kernel::Transition& transition) override;
  void log(const kernel::LogLine& line) override;
  void metric(const kernel::DataPoint& point) override;
  void published(const kernel::PublishedEvent& event) override;
  void rejected(const kernel::PublishedEvent& event, std::string_view where) override;
  void branched(std::string_view event, int more) override { next_.branched(event, more); }
  void ended(std::string_view event, kernel::End end, std::string_view where) override {
    next_.ended(event, end, where);
  }
  void fault(const kernel::FaultDraw& draw) override;
  void effect(const kernel::Effect& effect) override;

  /// A log event of this group is noted if it holds a secret; it is not recorded.
  void check_log_event(std::string_view text, const std::string& group);

  /// In the order of writing; the first thousand.
  const std::vector<judge::Leak>& leaks() const { return leaks_; }

 private:
  /// A text on its way, and a cleaned copy if it needs one.
  class Cleaned;
  void note(judge::Leak leak);

  kernel::Journal& next_;
  const KnownSecrets& secrets_;
  std::vector<judge::Leak> leaks_;
};

}  // namespace emulator::runner
