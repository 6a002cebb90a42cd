#pragma once
// Virtual time: one thread, and the clock jumps to the next timer. A day of retries takes milliseconds.
#include "middleware/kernel/timer_queue.h"

namespace emulator::sim {

class VirtualScheduler final : public kernel::Scheduler {
 public:
  /// `wall_start` is the calendar time that the run pretends to start at.
  explicit VirtualScheduler(kernel::WallTime wall_start) : wall_start_(wall_start) {}

  kernel::Timestamp now() const override { return now_; }
  kernel::WallTime wall_now() const override { return wall_start_ + now_.time_since_epoch(); }
  kernel::TimerId call_at(kernel::Timestamp when, kernel::Action action) override;
  bool cancel(kernel::TimerId id) override { return queue_.cancel(id); }

  /// Runs the next timer; false when there is none.
  bool step();

  /// Runs timers until none is left.
  void run() {
    while (step()) {
    }
  }

  /// Runs all timers up to and including `end`, then sets the clock to `end`.
  void run_until(kernel::Timestamp end);

  std::size_t pending() const { return queue_.size(); }
  std::uint64_t timers_run() const { return timers_run_; }

 private:
  kernel::WallTime wall_start_;
  kernel::Timestamp now_{};
  kernel::TimerQueue queue_;
  std::uint64_t timers_run_ = 0;
};

}  // namespace emulator::sim
