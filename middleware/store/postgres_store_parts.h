#pragma once
// How a call of the store becomes a transaction. For postgres_store*.cc.
#include <utility>

#include "middleware/store/postgres_store.h"

namespace store {

/// When others hold what is due it is asked for again so soon.
inline constexpr auto kSkippedWait = std::chrono::milliseconds{20};

template <class T>
kernel::Task<void> keep(kernel::Task<T> task, std::shared_ptr<T> result) {
  *result = co_await std::move(task);
}

template <class T>
PostgresPool::Work keeping(std::function<kernel::Task<T>(PostgresSession&)> work, std::shared_ptr<T> result) {
  return [work = std::move(work), result = std::move(result)](PostgresSession& session) {
    return keep<T>(work(session), result);
  };
}

template <class T>
kernel::Task<T> PostgresStore::run(Job<T> work, T when_failed) {
  struct Running {
    int& count;
    explicit Running(int& its_count) : count(++its_count) {}
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { --count; }
  };
  const Running running(running_);
  const auto result = std::make_shared<T>();
  const bool is_committed = co_await pool_.run(keeping<T>(std::move(work), result));
  co_return is_committed ? std::move(*result) : std::move(when_failed);
}

template <class T>
kernel::Task<T> PostgresStore::run_alone(Job<T> work, T when_failed) {
  const auto result = std::make_shared<T>();
  const bool is_done = co_await pool_.run_alone(keeping<T>(std::move(work), result));
  co_return is_done ? std::move(*result) : std::move(when_failed);
}

}  // namespace store
