#include "middleware/live/worker_thread.h"

#include <utility>

#include "middleware/kernel/check.h"
#include "middleware/live/thread.h"

namespace live {

WorkerThread::WorkerThread(std::size_t pending_max) : pending_max_(pending_max) {
  CHECK(pending_max_ >= 1);
  thread_ = start_thread([this] { work_until_closed(); });
}

WorkerThread::~WorkerThread() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  work_came_.notify_one();
  thread_.join();
}

void WorkerThread::post(kernel::Action work) {
  std::unique_lock lock(mutex_);
  room_came_.wait(lock, [this] { return pending_.size() < pending_max_; });
  pending_.push_back(std::move(work));
  if (!is_busy_) work_came_.notify_one();
}

void WorkerThread::wait_idle() {
  std::unique_lock lock(mutex_);
  idle_came_.wait(lock, [this] { return pending_.empty() && !is_busy_; });
}

void WorkerThread::work_until_closed() {
  std::vector<kernel::Action> batch;
  std::unique_lock lock(mutex_);
  while (true) {
    if (pending_.empty()) {
      is_busy_ = false;
      idle_came_.notify_all();
      if (closed_) return;
      work_came_.wait(lock, [this] { return !pending_.empty() || closed_; });
      continue;
    }
    is_busy_ = true;
    batch.swap(pending_);
    room_came_.notify_all();
    lock.unlock();
    for (kernel::Action& work : batch) {
      work();
      work = nullptr;  // what it holds goes before the next one starts
    }
    batch.clear();
    lock.lock();
  }
}

}  // namespace live
