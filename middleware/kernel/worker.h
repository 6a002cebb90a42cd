#pragma once
// Work that decides nothing may leave the loop thread: writing rows, hashing. Threads live in middleware/live
// only.
#include "middleware/kernel/scheduler.h"

namespace kernel {

class Worker {
 public:
  virtual ~Worker() = default;
  /// Runs `work` later, in the order of posting, one at a time. Blocks while too much is waiting. `work` must
  /// not throw.
  virtual void post(Action work) = 0;
  /// Returns when everything posted so far has run.
  virtual void wait_idle() = 0;
};

/// Runs everything at once, in the caller's thread.
class InlineWorker final : public Worker {
 public:
  void post(Action work) override { work(); }
  void wait_idle() override {}
};

}  // namespace kernel
