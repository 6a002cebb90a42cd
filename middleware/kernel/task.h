#pragma once
// Coroutines for flows. A Task starts when it is awaited (or spawned) and belongs to whoever holds it.
//
// Cancelling is destroying: a Task that is destroyed while it waits runs the destructors of its locals, which
// cancel their timers, close their hops and give back their slots. Nothing is thrown and there is no token to
// pass. What makes this safe: one thread, and every wake-up comes from the scheduler's loop, so a task that
// waits is never on the stack.
//
// Parameters of a coroutine are taken by value, references only to what main() owns; no capturing coroutine
// lambdas.
//
// A frame holds its parameters and every object of the body whose address is taken, also those of functions
// that are inlined into it, and does so until the task ends. Where many tasks wait at once, the body
// therefore only waits: `co_await task.ended()` leaves a value in its task, functions that are APART take()
// it and work on it, and `co_return [&] { return value; }` makes the result where it is kept.
#include <concepts>
#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "middleware/kernel/check.h"

/// A plain function whose objects must not become part of the frame of the coroutine that calls it.
#define APART [[gnu::noinline]]

namespace kernel {

template <class T>
class Task;

/// Told when a task has ended, instead of its continuation being resumed.
class TaskObserver {
 public:
  /// What goes on now. The task is suspended for good: it may be destroyed here.
  virtual std::coroutine_handle<> task_ended(std::coroutine_handle<> continuation) noexcept = 0;

 protected:
  ~TaskObserver() = default;
};

namespace detail {

struct PromiseBase {
  std::coroutine_handle<> continuation = std::noop_coroutine();
  TaskObserver* observer = nullptr;
  std::exception_ptr failure;

  struct Final {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
      const PromiseBase& promise = self.promise();
      if (promise.observer == nullptr) return promise.continuation;
      return promise.observer->task_ended(promise.continuation);
    }
    void await_resume() noexcept {}
  };

  std::suspend_always initial_suspend() noexcept { return {}; }
  Final final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { failure = std::current_exception(); }
};

/// A waiting task need not keep the room for a large result: that is made when there is one.
inline constexpr std::size_t kInlineResultMax = 32;
template <class T>
class ResultSlot {
 public:
  template <class U>
  void set(U&& result) {
    if constexpr (std::convertible_to<U, T>) {
      make([&result]() -> T { return std::forward<U>(result); });
    } else {
      make(std::forward<U>(result));
    }
  }
  T& get() { return *value_; }

 private:
  template <class Maker>
  void make(const Maker& maker) {
    if constexpr (kIsInline) {
      value_.emplace(maker());
    } else {
      value_.reset(new T(maker()));
    }
  }

  static constexpr bool kIsInline = sizeof(T) <= kInlineResultMax;
  std::conditional_t<kIsInline, std::optional<T>, std::unique_ptr<T>> value_;
};

template <class T>
struct Promise : PromiseBase {
  ResultSlot<T> result;
  Task<T> get_return_object() noexcept;
  template <class U>
  void return_value(U&& value) {
    result.set(std::forward<U>(value));
  }
  T take() {
    if (failure) std::rethrow_exception(failure);
    return std::move(result.get());
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object() noexcept;
  void return_void() noexcept {}
  void take() const {
    if (failure) std::rethrow_exception(failure);
  }
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) noexcept : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      reset();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() { reset(); }

  /// Cancels the task: its frame and everything it owns goes.
  void reset() {
    if (handle_) std::exchange(handle_, nullptr).destroy();
  }

  /// The value. The task's frame goes with the awaiter.
  auto operator co_await() && noexcept {
    struct Awaiter : Waiting {
      Task task;
      explicit Awaiter(Task awaited) : Waiting{awaited.handle_}, task(std::move(awaited)) {}
      T await_resume() { return this->handle.promise().take(); }
    };
    CHECK(handle_);
    return Awaiter{std::move(*this)};
  }

  /// co_await task.ended(): waits, and leaves the value where it is, for take(). In a loop this keeps the
  /// value out of the waiting frame.
  auto ended() & noexcept {
    struct Awaiter : Waiting {
      void await_resume() noexcept {}
    };
    CHECK(handle_);
    return Awaiter{handle_};
  }
  /// The value of a task that has ended, or its exception. Once; the frame goes.
  T take() {
    const Task over = std::move(*this);
    return over.handle_.promise().take();
  }

  /// For the waiting primitives (wait.h, task_scope.h) only.
  Handle handle() const { return handle_; }

 private:
  struct Waiting {
    Handle handle;
    bool await_ready() noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) noexcept {
      handle.promise().continuation = waiting;
      return handle;
    }
  };

  Handle handle_;
};

/// co_await x.ended(), for what else can be awaited: waits, and leaves the value in it, for x.take().
template <class Awaited>
struct Ended {
  Awaited& awaited;
  bool await_ready() { return awaited.await_ready(); }
  auto await_suspend(std::coroutine_handle<> waiting) { return awaited.await_suspend(waiting); }
  void await_resume() const noexcept {}
};

namespace detail {
template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
  return Task<T>{std::coroutine_handle<Promise<T>>::from_promise(*this)};
}
inline Task<void> Promise<void>::get_return_object() noexcept {
  return Task<void>{std::coroutine_handle<Promise<void>>::from_promise(*this)};
}
}  // namespace detail

}  // namespace kernel
