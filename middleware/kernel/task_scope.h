#pragma once
// Tasks that run beside their starter. Nothing is detached: a scope owns what it spawned and cancels it when
// it goes.
#include <coroutine>
#include <cstddef>

#include "middleware/kernel/task.h"

namespace kernel {

/// Owned by the object whose work it holds; declare it after everything that the tasks use.
/// An exception that leaves a spawned task leaves the scheduler's loop.
class TaskScope {
 public:
  TaskScope() = default;
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;
  ~TaskScope() { cancel_all(); }

  /// Runs `task` now until it first waits; then it goes on by itself.
  void spawn(Task<void> task);

  /// Cancels every task that has not ended, the newest first.
  void cancel_all();

  std::size_t running() const { return running_; }

 private:
  struct Root;
  static Root run(Task<void> task);

  struct Node {
    Node* previous = nullptr;
    Node* next = nullptr;
    TaskScope* scope = nullptr;
    std::coroutine_handle<> frame;
  };
  void unlink(Node& node);

  Node* newest_ = nullptr;
  std::size_t running_ = 0;
};

struct TaskScope::Root {
  struct promise_type : Node {
    Root get_return_object() noexcept {
      return Root{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct Leave {
      bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        TaskScope* scope = self.promise().scope;
        scope->unlink(self.promise());
        self.destroy();
      }
      void await_resume() noexcept {}
    };
    Leave final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    // The coroutine counts as ended: the scope destroys its frame when it goes. The exception leaves
    // resume().
    void unhandled_exception() { throw; }
  };
  std::coroutine_handle<promise_type> handle;
};

inline TaskScope::Root TaskScope::run(Task<void> task) { co_await std::move(task); }

inline void TaskScope::spawn(Task<void> task) {
  const Root root = run(std::move(task));
  Node& node = root.handle.promise();
  node.scope = this;
  node.frame = root.handle;
  node.previous = newest_;
  if (newest_ != nullptr) newest_->next = &node;
  newest_ = &node;
  ++running_;
  root.handle.resume();
}

inline void TaskScope::unlink(Node& node) {
  if (node.previous != nullptr) node.previous->next = node.next;
  if (node.next != nullptr) node.next->previous = node.previous;
  if (newest_ == &node) newest_ = node.previous;
  --running_;
}

inline void TaskScope::cancel_all() {
  while (newest_ != nullptr) {
    Node& node = *newest_;
    unlink(node);
    node.frame.destroy();
  }
}

}  // namespace kernel
