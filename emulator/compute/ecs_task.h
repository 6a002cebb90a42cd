#pragma once
// One task of the service: the middleware in it, and the CPU that its requests share.
//
//   requests ─> in line for the CPU, first come first served ─> the application, as many at once as there are
//
// ASSUMPTION: see TaskCapacity.
#include <cstdint>
#include <memory>
#include <optional>

#include "emulator/compute/ecs_config.h"
#include "middleware/kernel/answer_scope.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::compute {

class EcsTask {
 public:
  /// Who waits for an answer; nothing: there was none in time.
  using Connections = kernel::AnswerScope<std::optional<kernel::HttpReply>>;

  /// It does not run yet.
  EcsTask(TaskCapacity capacity, kernel::Scheduler& scheduler);

  void run(std::unique_ptr<kernel::HttpHandler> app);
  /// It is gone with all that it works on: who waits gets nothing, now.
  void kill();
  bool is_up() const { return app_ != nullptr; }

  /// The work of a request, for answer(). It must be up.
  kernel::Task<kernel::HttpReply> work_on(kernel::HttpRequest request);
  /// A health check waits behind what is in line, and costs nothing.
  kernel::Task<kernel::HttpReply> check(kernel::HttpRequest request);

  /// co_await: the answer; nothing when the deadline came first, or the connection was closed. The work goes
  /// on, unseen.
  Connections::Answer answer(kernel::Task<kernel::HttpReply> work, kernel::Timestamp deadline) {
    return connections_.answer(wait_for(std::move(work), deadline), deadline);
  }
  /// Every connection to it is closed: who waits gets nothing, now.
  void disconnect() { connections_.cut_off_all(); }

  /// Requests that it works on, also unseen.
  std::size_t working() const { return requests_.running(); }

  /// Share of the CPU that was busy since the last call, or since it began to run: 0..100. Nothing when no
  /// time has passed.
  std::optional<double> cpu_percent();

 private:
  kernel::Task<std::optional<kernel::HttpReply>> wait_for(kernel::Task<kernel::HttpReply> work,
                                                          kernel::Timestamp deadline);
  kernel::Task<kernel::HttpReply> wait_for_cpu(kernel::HttpRequest request, kernel::Timestamp until);
  /// CPU time that was used until now.
  kernel::Duration used() const;

  kernel::Duration cost_;  ///< CPU time of a request
  kernel::Scheduler& scheduler_;
  std::unique_ptr<kernel::HttpHandler> app_;
  kernel::Timestamp free_at_{};  ///< when what is in line will have had its CPU time
  kernel::Duration given_{};     ///< CPU time of all requests so far
  kernel::Duration used_before_{};
  kernel::Timestamp read_at_{};
  kernel::AnswerScope<kernel::HttpReply> requests_;  ///< goes before the application
  Connections connections_;
};

}  // namespace emulator::compute
