#include "middleware/live/thread.h"

#include <csignal>
#include <system_error>
#include <utility>

#include "middleware/kernel/check.h"

namespace live {

std::thread start_thread(kernel::Action body) {
  struct SignalsBlocked {
    sigset_t before;
    SignalsBlocked() {
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_SETMASK, &all, &before);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
  };
  const SignalsBlocked blocked;  // a new thread inherits the mask
  return std::thread(std::move(body));
}

void ThreadCrew::run(kernel::Action work) {
  const std::lock_guard lock(mutex_);
  CHECK(!closed_);
  waiting_.push_back(std::move(work));
  if (waiting_.size() > idle_ && threads_.size() < threads_max_) {
    try {
      threads_.push_back(start_thread([this] { work_until_closed(); }));
      return;
    } catch (const std::system_error&) {
      // The system has no thread to give: the work waits for one of ours.
      CHECK(!threads_.empty());
    }
  }
  work_came_.notify_one();
}

void ThreadCrew::work_until_closed() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (waiting_.empty()) {
      if (closed_) return;
      if (++idle_ == threads_.size()) all_idle_.notify_all();
      work_came_.wait(lock, [this] { return !waiting_.empty() || closed_; });
      --idle_;
      continue;
    }
    kernel::Action work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
  }
}

bool ThreadCrew::wait_idle(std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  return all_idle_.wait_for(lock, at_most, [this] { return waiting_.empty() && idle_ == threads_.size(); });
}

void ThreadCrew::join() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  work_came_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace live
