#pragma once
// What asynchronous and synchronous invocations have in common. Source: facts/aws-delivery 5.2, 5.4.
#include <optional>
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
  EnvironmentGuard(Environments& environments, kernel::Scheduler& scheduler)
      : environments_(environments), scheduler_(scheduler) {}
  EnvironmentGuard(const EnvironmentGuard&) = delete;
  EnvironmentGuard& operator=(const EnvironmentGuard&) = delete;
  ~EnvironmentGuard() {
    if (number_ > 0) environments_.give_back(number_, is_warm_, scheduler_.now());
  }
  /// Once. Why there is none to hold, else nothing.
  std::optional<Throttle> hold(const Environments::TakeResult& taken) {
    if (!taken) return taken.error();
    number_ = taken->number;
    is_cold_ = taken->is_cold;
    return std::nullopt;
  }
  std::int64_t number() const { return number_; }  ///< 1, 2, ...
  bool is_cold() const { return is_cold_; }
  /// A process that was killed or ended takes its environment along; a handler that failed does not.
  void goes_on_after(const CodeResult& result, bool is_timeout) {
    is_warm_ = result || (!is_timeout && !ends_environment(result.error()));
  }

 private:
  Environments& environments_;
  kernel::Scheduler& scheduler_;
  std::int64_t number_ = 0;
  bool is_cold_ = false;
  bool is_warm_ = false;
};

}  // namespace emulator::lambda
