#pragma once
// Ctrl-C, `kill` and `kill -HUP` as events of the loop.
#include <csignal>
#include <functional>

#include "middleware/live/descriptor.h"
#include "middleware/live/loop.h"
#include "middleware/live/thread.h"

namespace live {

/// Takes SIGINT and SIGTERM for itself: the first is handed to the loop, the second ends the process with
/// status 130. Construct it before any other thread starts (a Loop starts none), since threads inherit which
/// signals they take. Processes inherit it too: a child that is to end on TERM calls restore_in_child()
/// before exec.
class StopSignals {
 public:
  /// `on_stop` runs once, on the loop's thread. `on_reload`, if there is one, runs at each SIGHUP, which
  /// otherwise keeps its usual effect. The loop must outlive this.
  StopSignals(Loop& loop, kernel::Action on_stop, std::function<void()> on_reload = nullptr);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Between fork and exec: takes all signals again and gives SIGPIPE its usual effect. Async-signal-safe.
  static void restore_in_child() noexcept;

 private:
  void watch_signals();

  Loop& loop_;
  kernel::Action on_stop_;
  std::function<void()> on_reload_;
  sigset_t mask_before_;
  Descriptor signals_;
  Descriptor close_;
  std::thread thread_;
};

}  // namespace live
