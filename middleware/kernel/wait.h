#pragma once
// What a flow can wait for: an instant, a value, a signal, all of several tasks, the first of several, a task
// until a deadline. Every one of them may be cancelled by destroying the waiting task.
#include <coroutine>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task.h"

namespace kernel {

/// co_await sleep_until(scheduler, when): goes on at `when`; at once if that has passed.
class [[nodiscard]] sleep_until {
 public:
  sleep_until(Scheduler& scheduler, Timestamp when) : scheduler_(scheduler), when_(when) {}
  sleep_until(const sleep_until&) = delete;
  sleep_until& operator=(const sleep_until&) = delete;
  ~sleep_until() {
    if (timer_) scheduler_.cancel(timer_);
  }
  bool await_ready() const { return when_ <= scheduler_.now(); }
  void await_suspend(std::coroutine_handle<> waiting) {
    timer_ = scheduler_.call_at(when_, [this, waiting] {
      timer_ = {};
      waiting.resume();
    });
  }
  void await_resume() const noexcept {}

 private:
  Scheduler& scheduler_;
  Timestamp when_;
  TimerId timer_;
};

inline sleep_until sleep_for_duration(Scheduler& scheduler, Duration wait) {
  return {scheduler, scheduler.now() + wait};
}

/// Wakes every task that waits on it, in the order in which they began to wait. It remembers nothing: who
/// waits checks its condition in a loop.
class Signal {
 public:
  explicit Signal(Scheduler& scheduler) : scheduler_(scheduler) {}
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void notify_all() {
    Waiter* first = std::exchange(first_, nullptr);
    last_ = nullptr;
    while (first != nullptr) {
      Waiter* next = first->next_;
      first->wake();
      first = next;
    }
  }

  class [[nodiscard]] Waiter {
   public:
    explicit Waiter(Signal& signal) : signal_(signal) {}
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() {
      if (linked_) signal_.unlink(*this);
      if (timer_) signal_.scheduler_.cancel(timer_);
    }
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) {
      waiting_ = waiting;
      signal_.link(*this);
    }
    void await_resume() const noexcept {}

   private:
    friend class Signal;
    void wake() {
      linked_ = false;
      timer_ = signal_.scheduler_.call_soon([this] {
        timer_ = {};
        waiting_.resume();
      });
    }
    Signal& signal_;
    std::coroutine_handle<> waiting_;
    Waiter* previous_ = nullptr;
    Waiter* next_ = nullptr;
    bool linked_ = false;
    TimerId timer_;
  };

  /// co_await signal.wait()
  Waiter wait() { return Waiter{*this}; }

 private:
  void link(Waiter& waiter) {
    waiter.previous_ = last_;
    waiter.next_ = nullptr;
    waiter.linked_ = true;
    (last_ != nullptr ? last_->next_ : first_) = &waiter;
    last_ = &waiter;
  }
  void unlink(Waiter& waiter) {
    (waiter.previous_ != nullptr ? waiter.previous_->next_ : first_) = waiter.next_;
    (waiter.next_ != nullptr ? waiter.next_->previous_ : last_) = waiter.previous_;
  }
  Scheduler& scheduler_;
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
};

/// A value that arrives once, from somewhere else on the same loop. Either side may go first: a value nobody
/// takes is dropped, and setting it twice keeps the first. Copies share the value; at most one task waits for
/// it.
template <class T>
class Arrival {
 public:
  explicit Arrival(Scheduler& scheduler) : state_(std::make_shared<State>(scheduler)) {}

  void set(T value) const {
    if (state_->value) return;
    state_->value.emplace(std::move(value));
    if (state_->waiting) {
      // The state lives as long as its waiter, which cancels this timer when it goes.
      state_->timer = state_->scheduler.call_soon([state = state_.get()] {
        state->timer = {};
        std::exchange(state->waiting, nullptr).resume();
      });
    }
  }
  bool arrived() const { return state_->value.has_value(); }

  /// co_await arrival.wait(): the value, moved out.
  auto wait() const {
    struct Awaiter {
      std::shared_ptr<State> state;
      explicit Awaiter(std::shared_ptr<State> shared) : state(std::move(shared)) {}
      Awaiter(const Awaiter&) = delete;
      Awaiter& operator=(const Awaiter&) = delete;
      ~Awaiter() {
        state->waiting = nullptr;
        if (state->timer) state->scheduler.cancel(std::exchange(state->timer, {}));
      }
      bool await_ready() const { return state->value.has_value(); }
      void await_suspend(std::coroutine_handle<> handle) {
        CHECK(!state->waiting);
        state->waiting = handle;
      }
      T await_resume() { return std::move(*state->value); }
    };
    return Awaiter{state_};
  }

 private:
  struct State {
    explicit State(Scheduler& s) : scheduler(s) {}
    Scheduler& scheduler;
    std::optional<T> value;
    std::coroutine_handle<> waiting;
    TimerId timer;
  };
  std::shared_ptr<State> state_;
};

/// co_await with_deadline(scheduler, deadline, task): its value, or nothing when the deadline came first;
/// then the task is cancelled. At equality the deadline wins (facts: resilience 6). No time left: the task
/// never starts.
template <class T>
class [[nodiscard]] with_deadline {
 public:
  with_deadline(Scheduler& scheduler, Timestamp deadline, Task<T> task)
      : scheduler_(scheduler), deadline_(deadline), task_(std::move(task)) {}
  with_deadline(const with_deadline&) = delete;
  with_deadline& operator=(const with_deadline&) = delete;
  ~with_deadline() {
    if (timer_) scheduler_.cancel(timer_);
  }
  bool await_ready() {
    expired_ = deadline_ <= scheduler_.now();
    return expired_;
  }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) {
    timer_ = scheduler_.call_at(deadline_, [this, waiting] {
      timer_ = {};
      expired_ = true;
      waiting.resume();
    });
    task_.handle().promise().continuation = waiting;
    return task_.handle();
  }
  std::optional<T> await_resume() { return take(); }
  Ended<with_deadline> ended() & { return {*this}; }
  std::optional<T> take() {
    if (timer_) scheduler_.cancel(std::exchange(timer_, {}));
    if (expired_) {
      task_.reset();
      return std::nullopt;
    }
    return task_.handle().promise().take();
  }

 private:
  Scheduler& scheduler_;
  Timestamp deadline_;
  Task<T> task_;
  TimerId timer_;
  bool expired_ = false;
};

namespace detail {

/// Starts every task; goes on when `enough_` of them have ended.
template <class T>
class Group : private TaskObserver {
 public:
  Group(std::vector<Task<T>> tasks, bool all) : tasks_(std::move(tasks)), all_(all) {}
  bool await_ready() const { return tasks_.empty(); }
  bool await_suspend(std::coroutine_handle<> waiting) {
    // One more than can end while we start them, so that none resumes us before we have suspended.
    left_ = tasks_.size() + 1;
    std::size_t started = 0;
    for (Task<T>& task : tasks_) {
      task.handle().promise().continuation = waiting;
      task.handle().promise().observer = this;
      task.handle().resume();
      ++started;
      if (!all_ && task.handle().done()) return false;
    }
    const std::size_t ended = started + 1 - left_;
    if (ended == tasks_.size()) return false;
    left_ = all_ ? tasks_.size() - ended : 1;
    return true;
  }

 protected:
  ~Group() = default;
  std::vector<Task<T>> tasks_;

 private:
  std::coroutine_handle<> task_ended(std::coroutine_handle<> waiting) noexcept override {
    return --left_ > 0 ? std::noop_coroutine() : waiting;
  }
  bool all_;
  std::size_t left_ = 0;
};

}  // namespace detail

/// co_await all_of(tasks): runs them side by side, started in order; goes on when every one has ended. The
/// values stand in the order of the tasks; the first failure in that order is rethrown.
template <class T>
class [[nodiscard]] all_of : public detail::Group<T> {
 public:
  explicit all_of(std::vector<Task<T>> tasks) : detail::Group<T>(std::move(tasks), true) {}
  std::vector<T> await_resume() {
    std::vector<T> values;
    values.reserve(this->tasks_.size());
    for (Task<T>& task : this->tasks_) values.push_back(task.handle().promise().take());
    return values;
  }
};

template <class T>
struct FirstOf {
  std::size_t index;  ///< which task ended first
  T value;
};

/// co_await first_of(tasks): runs them side by side; the first to end wins and the others are cancelled.
/// `tasks` must not be empty.
template <class T>
class [[nodiscard]] first_of : public detail::Group<T> {
 public:
  explicit first_of(std::vector<Task<T>> tasks) : detail::Group<T>(std::move(tasks), false) {
    CHECK(!this->tasks_.empty());
  }
  FirstOf<T> await_resume() {
    std::size_t winner = 0;
    while (!this->tasks_[winner].handle().done()) ++winner;
    for (std::size_t i = 0; i < this->tasks_.size(); ++i) {
      if (i != winner) this->tasks_[i].reset();
    }
    return {winner, this->tasks_[winner].handle().promise().take()};
  }
};

}  // namespace kernel
