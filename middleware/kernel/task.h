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
#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>

#include "middleware/kernel/check.h"

namespace kernel {

template <class T>
class Task;

namespace detail {

struct PromiseBase {
  std::coroutine_handle<> continuation = std::noop_coroutine();
  std::size_t* siblings_left = nullptr;  ///< set by all_of / first_of: resume only when it reaches zero
  std::exception_ptr failure;

  struct Final {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
      PromiseBase& promise = self.promise();
      if (promise.siblings_left != nullptr && --*promise.siblings_left > 0) return std::noop_coroutine();
      return promise.continuation;
    }
    void await_resume() noexcept {}
  };

  std::suspend_always initial_suspend() noexcept { return {}; }
  Final final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { failure = std::current_exception(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object() noexcept;
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() {
    if (failure) std::rethrow_exception(failure);
    return std::move(*value);
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

  auto operator co_await() && noexcept {
    struct Awaiter {
      Handle handle;
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) noexcept {
        handle.promise().continuation = waiting;
        return handle;
      }
      T await_resume() { return handle.promise().take(); }
    };
    CHECK(handle_);
    return Awaiter{handle_};
  }

  /// For the waiting primitives (wait.h, task_scope.h) only.
  Handle handle() const { return handle_; }

 private:
  Handle handle_;
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
