#pragma once
// At most n at once; who comes later waits its turn.
#include <coroutine>
#include <cstddef>
#include <list>
#include <utility>

#include "middleware/kernel/scheduler.h"

namespace live {

class ConnectionLimit {
 public:
  ConnectionLimit(kernel::Scheduler& scheduler, std::size_t count) : scheduler_(scheduler), free_(count) {}
  ConnectionLimit(const ConnectionLimit&) = delete;
  ConnectionLimit& operator=(const ConnectionLimit&) = delete;

  /// One of the n, given back when it goes.
  class [[nodiscard]] Place {
   public:
    explicit Place(ConnectionLimit& limit) : limit_(&limit) {}
    Place(Place&& other) noexcept : limit_(std::exchange(other.limit_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    Place(const Place&) = delete;
    ~Place() {
      if (limit_ != nullptr) limit_->release();
    }

   private:
    ConnectionLimit* limit_;
  };

  class [[nodiscard]] Waiter {
   public:
    explicit Waiter(ConnectionLimit& limit) : limit_(limit) {}
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() {
      if (is_queued_) limit_.queue_.remove(this);
      if (timer_) limit_.scheduler_.cancel(timer_);
      if (is_granted_) limit_.release();
    }
    bool await_ready() {
      is_granted_ = limit_.free_ > 0;
      if (is_granted_) --limit_.free_;
      return is_granted_;
    }
    void await_suspend(std::coroutine_handle<> waiting) {
      waiting_ = waiting;
      limit_.queue_.push_back(this);
      is_queued_ = true;
    }
    Place await_resume() {
      is_granted_ = false;
      return Place(limit_);
    }

   private:
    friend class ConnectionLimit;
    void grant() {
      is_queued_ = false;
      is_granted_ = true;
      timer_ = limit_.scheduler_.call_soon([this] {
        timer_ = {};
        waiting_.resume();
      });
    }
    ConnectionLimit& limit_;
    std::coroutine_handle<> waiting_;
    bool is_queued_ = false;
    bool is_granted_ = false;
    kernel::TimerId timer_;
  };

  /// co_await limit.place()
  Waiter place() { return Waiter(*this); }

 private:
  void release() {
    if (queue_.empty()) {
      ++free_;
      return;
    }
    Waiter* first = queue_.front();
    queue_.pop_front();
    first->grant();
  }

  kernel::Scheduler& scheduler_;
  std::size_t free_;
  std::list<Waiter*> queue_;
};

}  // namespace live
