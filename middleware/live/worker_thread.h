#pragma once
// A worker on a thread of its own: what writes the run file beside the loop.
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

#include "middleware/kernel/worker.h"

namespace live {

/// Runs what it was given one after the other, and all of it before it goes. Any thread may post.
class WorkerThread final : public kernel::Worker {
 public:
  /// `pending_max`: how much may wait before post() blocks; at least 1.
  explicit WorkerThread(std::size_t pending_max = 64);
  ~WorkerThread() override;
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;

  void post(kernel::Action work) override;
  /// Not from within work.
  void wait_idle() override;

 private:
  void work_until_closed();

  const std::size_t pending_max_;
  std::mutex mutex_;
  std::condition_variable work_came_;
  std::condition_variable room_came_;
  std::condition_variable idle_came_;
  std::vector<kernel::Action> pending_;
  bool is_busy_ = false;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace live
