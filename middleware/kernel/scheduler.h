#pragma once
// The only source of time and of waiting. Two engines stand behind it: emulator/sim/virtual_scheduler.h,
// whose clock jumps to the next timer, and middleware/live/loop.h, which waits on the real clock.
#include <cstdint>
#include <functional>

#include "middleware/kernel/time.h"

namespace kernel {

using Action = std::move_only_function<void()>;

/// Names one pending timer. A default one names none.
struct TimerId {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  ///< 0: no timer
  explicit operator bool() const { return generation != 0; }
};

/// Everything that decides runs on the one thread that drives the scheduler.
class Scheduler {
 public:
  virtual ~Scheduler() = default;

  virtual Timestamp now() const = 0;

  /// The calendar time of now(): a fixed start (virtual) or the start's wall clock (live), moved by now().
  virtual WallTime wall_now() const = 0;

  /// Runs `action` at `when`, or as soon as possible if that has passed. Actions of one instant run in the
  /// order of asking. An exception that leaves an action leaves the loop.
  virtual TimerId call_at(Timestamp when, Action action) = 0;

  /// True if the timer was pending; its action is destroyed and will not run.
  virtual bool cancel(TimerId id) = 0;

  TimerId call_soon(Action action) { return call_at(now(), std::move(action)); }
};

}  // namespace kernel
