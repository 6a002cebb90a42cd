#pragma once
// One execution environment: a process, and the Runtime API that it alone calls, at an address of its own.
//
// What the process writes becomes log lines of the run: `source` is the log group, `fields` has the request
// id that was under way (if one was), the environment and the stream. Where somebody wants log events they
// are those of the group, too.
//
// Source: facts/aws-delivery 5.2, 5.4, 6.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "emulator/platform/logs/ports.h"
#include "emulator/runtime/function.h"
#include "emulator/runtime/machine.h"
#include "emulator/runtime/runtime_api.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::runtime {

/// All outlive the environment.
struct Surroundings {
  kernel::Scheduler& scheduler;
  kernel::Journal& journal;
  Machine& machine;
  logs::LogSink* logs = nullptr;  ///< gets the lines of processes too; null: nobody wants them
};

class Environment final : private ProcessListener {
 public:
  /// `function` outlives it. `on_end` is told, from the loop, when the process has ended by itself or was
  /// asked to; the environment may be destroyed there.
  Environment(const ProcessFunction& function, std::int64_t number, std::string log_stream,
              Surroundings around, std::function<void()> on_end);
  /// Kills the process, if it still runs.
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  /// Starts the process, if that has not been done, and waits until it asks for an invocation: true; or
  /// failed.
  kernel::Task<bool> init();
  /// One at a time. After an error that ends the environment nothing more can be run.
  kernel::Task<lambda::CodeResult> run(lambda::CodeInvocation invocation);
  bool is_alive() const { return process_ != nullptr && !end_; }

  /// `why` is for the record, if its end is still to come.
  void kill(std::string why);
  /// A moment to end by itself.
  void terminate(std::string why);
  /// Waits for the end in real time, the loop standing still. True when it has come.
  bool wait(std::chrono::milliseconds at_most);

  std::int64_t number() const { return number_; }

 private:
  void line(Stream stream, std::string_view text) override;
  void ended(ProcessEnd end) override;

  void start();
  std::optional<lambda::CodeError> failure(const std::string& request_id) const;
  Offer offer_of(lambda::CodeInvocation& invocation) const;
  void move_to(std::string_view state, std::string_view why = {});

  const ProcessFunction& function_;
  const std::int64_t number_;
  const std::string log_stream_;
  Surroundings around_;
  std::function<void()> on_end_;
  RuntimeApi api_;
  std::unique_ptr<Door> door_;
  std::unique_ptr<Process> process_;
  std::optional<std::string> start_error_;
  std::optional<ProcessEnd> end_;
  std::string state_;
  std::string why_;         ///< it is being ended; empty: it is not
  std::string request_id_;  ///< under way
  std::string event_;       ///< of it
  kernel::TimerId kill_timer_;
};

}  // namespace emulator::runtime
