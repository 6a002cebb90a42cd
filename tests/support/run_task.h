#pragma once
// Runs a task of a flow in virtual time until it ends.
#include <optional>
#include <utility>

#include "emulator/sim/virtual_scheduler.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/task_scope.h"

namespace support {

template <class T>
kernel::Task<void> keep(kernel::Task<T> task, std::optional<T>& result) {
  result.emplace(co_await std::move(task));
}

/// The task's value; everything else that is due before then runs as well.
template <class T>
T run(emulator::sim::VirtualScheduler& scheduler, kernel::Task<T> task) {
  std::optional<T> result;
  kernel::TaskScope scope;
  scope.spawn(keep(std::move(task), result));
  while (!result && scheduler.step()) {
  }
  CHECK_THAT(result, "the task waits for something that never comes");
  return std::move(*result);
}

inline const kernel::WallTime kWallStart =
    std::chrono::sys_days{std::chrono::year{2026} / 1 / 5} + std::chrono::hours{9};

}  // namespace support
