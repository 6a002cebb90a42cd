#pragma once
// One line on a terminal that says how far a run is; nothing anywhere else.
#include <string>

#include "emulator/runner/run.h"
#include "middleware/live/stopwatch.h"

namespace emulator::cli {

class ProgressBar {
 public:
  explicit ProgressBar(bool is_shown) : is_shown_(is_shown) {}
  /// At most ten times a second.
  void show(const runner::Progress& progress);
  void clear();

 private:
  bool is_shown_;
  bool is_drawn_ = false;
  std::int64_t next_ms_ = 100;  // a run that is over sooner shows none
  live::Stopwatch since_;
};

}  // namespace emulator::cli
