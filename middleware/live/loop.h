#pragma once
// The engine of live time: timers on the steady clock, actions posted by other threads, and sockets that
// became ready, all run on the one thread that called run().
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/timer_queue.h"
#include "middleware/kernel/watch.h"
#include "middleware/live/descriptor.h"

struct epoll_event;

namespace live {

struct LoopConfig {
  double speed = 1.0;  ///< run time passes this many times faster than the steady clock; above 0
};

using kernel::ReadyWatcher;
using kernel::WatchId;

/// Only post() and stop() may be called from other threads. Everything that posts must be gone before the
/// loop is. A wake-up runs what was posted (in the order of posting), then the timers that are due, then the
/// ready sockets: a deadline that comes together with an answer wins. SIGPIPE is ignored in the whole process
/// from here on.
class Loop final : public kernel::Scheduler, public kernel::Watches {
 public:
  explicit Loop(LoopConfig config = {});
  ~Loop() override;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Monotonic, and read anew at each call.
  kernel::Timestamp now() const override;
  kernel::WallTime wall_now() const override { return wall_start_ + now().time_since_epoch(); }
  kernel::TimerId call_at(kernel::Timestamp when, kernel::Action action) override;
  bool cancel(kernel::TimerId id) override { return timers_.cancel(id); }

  double speed() const { return speed_; }

  /// Runs `action` on the loop's thread as soon as possible. Any thread, also before run().
  void post(kernel::Action action);

  /// Runs until stop(). An exception that leaves an action leaves here, and run() may be called again.
  void run();

  /// Runs until stop() or until `done()`, which is asked first and after each action.
  void run_until(const std::function<bool()>& done);

  /// Ends run() after the action that runs now. A stop() without a run ends the next one at once.
  void stop();

  WatchId watch(int fd, ReadyWatcher& watcher) override;
  /// Of the descriptor whose watcher is being called: the other side sends no more, or the connection broke.
  bool is_hung_up() const { return is_hung_up_; }
  void unwatch(WatchId id, int fd) override;

 private:
  struct Watch {
    ReadyWatcher* watcher = nullptr;
    std::uint32_t generation = 1;
    std::uint32_t next_free = 0;
  };

  bool run_posted(const std::function<bool()>& done);
  bool run_timers(const std::function<bool()>& done);
  bool run_ready(const std::function<bool()>& done);
  bool take_stop();
  bool is_over(const std::function<bool()>& done);
  void wait_for_events();
  bool may_sleep();
  void arm_timer(kernel::Timestamp when);

  const double speed_;
  std::int64_t steady_start_;
  kernel::WallTime wall_start_;
  kernel::TimerQueue timers_;
  bool is_running_ = false;

  Descriptor epoll_;
  Descriptor wake_;   ///< eventfd: somebody posted while the loop slept
  Descriptor alarm_;  ///< timerfd: finer than the milliseconds of epoll_wait
  std::int64_t alarm_time_ = 0;

  std::vector<Watch> watches_;
  std::uint32_t first_free_watch_ = 0;
  struct Ready {
    std::uint64_t tag;  ///< slot and generation, as seen by the last wait
    bool is_hung_up;
  };
  std::vector<Ready> ready_;
  bool is_hung_up_ = false;
  std::size_t ready_next_ = 0;

  std::vector<kernel::Action> batch_;
  std::size_t batch_next_ = 0;

  std::mutex mutex_;
  std::vector<kernel::Action> posted_;  ///< guarded by mutex_
  bool is_sleeping_ = false;            ///< guarded by mutex_
  std::atomic<bool> stop_asked_ = false;
};

}  // namespace live
