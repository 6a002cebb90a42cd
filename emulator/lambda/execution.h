#pragma once
// What asynchronous and synchronous invocations have in common. Source: facts/aws-delivery 5.2, 5.4.
#include <string>
#include <string_view>

#include "emulator/lambda/environments.h"
#include "emulator/lambda/log_lines.h"
#include "emulator/lambda/ports.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::lambda {

/// An init that takes longer is killed and done again inside the invocation, on the function's own time.
constexpr kernel::Duration kInitMax = std::chrono::seconds{10};

/// What the process of a function that ended is reported as.
constexpr std::string_view kExitError = "Runtime.ExitError";
/// What a call is refused with that is one round too many of a loop.
constexpr std::string_view kRecursion = "RecursiveInvocationException";

/// The error of a function that ran into its timeout.
CodeError timed_out(std::string_view request_id, kernel::Duration timeout);

/// A process that ended takes its environment along; a handler that failed does not.
bool ends_environment(const CodeError& error);

/// As the runtime posted it, or {"errorType": ..., "errorMessage": ...}.
std::string error_text(const CodeError& error);

/// The execution with what the code came to; the error type is a view into it.
Execution ended_as(Execution execution, const CodeResult& result, bool is_timeout);

/// Gives an environment back whatever becomes of the flow that took it.
class EnvironmentGuard {
 public:
  EnvironmentGuard(Environments& environments, std::int64_t number, kernel::Scheduler& scheduler)
      : environments_(environments), number_(number), scheduler_(scheduler) {}
  EnvironmentGuard(const EnvironmentGuard&) = delete;
  EnvironmentGuard& operator=(const EnvironmentGuard&) = delete;
  ~EnvironmentGuard() { environments_.give_back(number_, is_warm_, scheduler_.now()); }
  /// A process that was killed or ended takes its environment along; a handler that failed does not.
  void goes_on_after(const CodeResult& result, bool is_timeout) {
    is_warm_ = result || (!is_timeout && !ends_environment(result.error()));
  }

 private:
  Environments& environments_;
  std::int64_t number_;
  kernel::Scheduler& scheduler_;
  bool is_warm_ = false;
};

}  // namespace emulator::lambda
