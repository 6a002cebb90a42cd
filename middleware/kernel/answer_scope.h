#pragma once
// Work whose answer somebody waits for, and which goes on when nobody waits any more: what a server does
// while its client may give up. It costs one small allocation beside the frame of the work itself.
#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>
#include <variant>

#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task.h"

namespace kernel {

/// An answer that its receiver never sees, because it says so: then only the deadline ends the waiting. Types
/// of answers overload it.
template <class T>
bool never_arrives(const T& /*answer*/) {
  return false;
}

/// How long an answer is under way to its receiver, who has it when all of it has come. Types of answers
/// overload it.
template <class T>
Duration travel_time(const T& /*answer*/) {
  return Duration::zero();
}

/// Owned by the object whose work it holds; declare it after everything that the work uses. `Kept` is held
/// while the work is under way and given back when it ends, also when nobody waits.
template <class T, class Kept = std::monostate>
class AnswerScope {
  class Work;

 public:
  explicit AnswerScope(Scheduler& scheduler) : scheduler_(scheduler) {}
  AnswerScope(const AnswerScope&) = delete;
  AnswerScope& operator=(const AnswerScope&) = delete;
  ~AnswerScope() { cancel_all(); }

  /// co_await scope.answer(task, deadline): starts the task; its answer, or nothing when the deadline came
  /// first (at equality the deadline wins) or the scope was cancelled. Destroying who waits leaves the work
  /// alone. An exception reaches who waits; if nobody does, it leaves the scheduler's loop.
  class [[nodiscard]] Answer {
   public:
    Answer(Work* work, Timestamp deadline) : work_(work), deadline_(deadline) {}
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;
    ~Answer() { leave(); }

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiting) {
      scheduler_ = &work_->scope.scheduler_;
      waiting_ = waiting;
      work_->answer = this;
      work_->is_starting = true;
      work_->task.handle().resume();
      if (work_ == nullptr) return wait();  // ended with an answer that never arrives
      work_->is_starting = false;
      return timer_ || (!work_->is_ended && wait());
    }
    std::optional<T> await_resume() { return take(); }
    Ended<Answer> ended() & { return {*this}; }
    std::optional<T> take() {
      std::optional<T> value;
      if (work_ != nullptr && work_->is_ended) value.emplace(work_->task.handle().promise().take());
      leave();
      return value;
    }

   private:
    friend class Work;
    friend class AnswerScope;

    bool wait() {
      if (is_too_late()) return false;
      timer_ = scheduler_->call_at(deadline_, [this] { resume(); });
      return true;
    }
    void resume() {
      timer_ = {};
      waiting_.resume();
    }
    bool is_too_late(Duration travels = {}) const { return deadline_ <= scheduler_->now() + travels; }
    void arrived(Duration travels = {}) {
      scheduler_->cancel(timer_);
      timer_ = scheduler_->call_at(scheduler_->now() + travels, [this] { resume(); });
    }
    void leave() {
      if (timer_) scheduler_->cancel(std::exchange(timer_, {}));
      Work* work = std::exchange(work_, nullptr);
      if (work == nullptr) return;
      work->answer = nullptr;
      const bool goes_on = waiting_ && !work->is_ended;
      if (!goes_on) delete work;
    }

    Work* work_;
    Timestamp deadline_;
    Scheduler* scheduler_ = nullptr;
    std::coroutine_handle<> waiting_;
    TimerId timer_;
  };

  Answer answer(Task<T> task, Timestamp deadline, Kept kept = {}) {
    return Answer(new Work(*this, std::move(task), std::move(kept)), deadline);
  }

  /// Work under way.
  std::size_t running() const { return running_; }

  /// Cancels all work, the newest first. Who still waits gets nothing, at the deadline.
  void cancel_all() {
    while (newest_ != nullptr) delete newest_;
  }
  /// The same, but who waits gets nothing now. Not from within the work.
  void cut_off_all() {
    for (Work* work = newest_; work != nullptr;) {
      Work* older = work->previous_;
      // An answer that is there already is on its way.
      if (!work->is_ended) {
        if (work->answer != nullptr) work->answer->arrived();
        delete work;
      }
      work = older;
    }
  }

 private:
  class Work final : TaskObserver {
   public:
    Work(AnswerScope& owner, Task<T> work, Kept held)
        : scope(owner), task(std::move(work)), kept(std::move(held)), previous_(owner.newest_) {
      if (previous_ != nullptr) previous_->next_ = this;
      scope.newest_ = this;
      ++scope.running_;
      task.handle().promise().observer = this;
    }
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;
    ~Work() {
      if (answer != nullptr) answer->work_ = nullptr;
      if (previous_ != nullptr) previous_->next_ = next_;
      (next_ != nullptr ? next_->previous_ : scope.newest_) = previous_;
      if (!is_ended) --scope.running_;
    }

    AnswerScope& scope;
    Task<T> task;
    [[no_unique_address]] Kept kept;
    Answer* answer = nullptr;  ///< who waits
    bool is_starting = false;
    bool is_ended = false;

   private:
    friend class AnswerScope;
    std::coroutine_handle<> task_ended(std::coroutine_handle<> /*none*/) noexcept override {
      is_ended = true;
      --scope.running_;
      {
        [[maybe_unused]] const Kept given_back = std::move(kept);
      }
      auto& promise = task.handle().promise();
      const bool is_awaited = answer != nullptr && (is_starting || !answer->is_too_late());
      if (promise.failure && !is_awaited) {
        scope.scheduler_.call_soon([failure = promise.failure] { std::rethrow_exception(failure); });
      }
      const bool is_answer = is_awaited && !promise.failure;
      const Duration travels = is_answer ? travel_time(promise.result.get()) : Duration::zero();
      const bool is_slow = travels > Duration::zero();
      const bool is_lost =
          is_answer && (never_arrives(promise.result.get()) || (is_slow && answer->is_too_late(travels)));
      if (!is_awaited || is_lost) {
        delete this;
      } else if (!is_starting || is_slow) {
        answer->arrived(travels);
      }
      return std::noop_coroutine();
    }

    Work* previous_;
    Work* next_ = nullptr;
  };

  Scheduler& scheduler_;
  Work* newest_ = nullptr;
  std::size_t running_ = 0;
};

}  // namespace kernel
