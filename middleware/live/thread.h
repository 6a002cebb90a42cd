#pragma once
// Threads as this folder starts them, and a crew of them that grows on demand.
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "middleware/kernel/scheduler.h"

namespace live {

/// A thread that takes no signals, so that none of its system calls is interrupted. Throws std::system_error.
std::thread start_thread(kernel::Action body);

/// Runs each piece of work on a thread of its own: an idle one, else a new one, else (at `threads_max`) it
/// waits for one. Threads stay until the crew goes. Work must not throw.
class ThreadCrew {
 public:
  explicit ThreadCrew(std::size_t threads_max) : threads_max_(threads_max) {}
  ThreadCrew(const ThreadCrew&) = delete;
  ThreadCrew& operator=(const ThreadCrew&) = delete;
  ~ThreadCrew() { join(); }

  /// Never blocks.
  void run(kernel::Action work);
  /// Waits until nothing runs and nothing waits; false when `at_most` has passed first.
  bool wait_idle(std::chrono::milliseconds at_most);
  /// Runs what is left and ends the threads. Nothing may be run afterwards.
  void join();

 private:
  void work_until_closed();

  const std::size_t threads_max_;
  std::mutex mutex_;
  std::condition_variable work_came_;
  std::condition_variable all_idle_;
  std::deque<kernel::Action> waiting_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool closed_ = false;
};

}  // namespace live
