// What Lambda itself logs of an invocation, where it is wanted. Source: facts/aws-platform 4.5.
#include "emulator/lambda/execution.h"
#include "emulator/lambda/lambda.h"

namespace emulator::lambda {
namespace {

void write(kernel::Journal& journal, const Function& function, const std::string& line,
           std::string_view event) {
  const std::string group = log_group(function.config.name);
  journal.log({.source = group, .message = line, .event = event});
}

}  // namespace

void Lambda::log_init(const Function& function, std::string_view event) const {
  if (!function.config.log_format) return;
  write(journal_, function, init_start_line(*function.config.log_format, scheduler_.wall_now()), event);
}

void Lambda::log_start(const Function& function, std::string_view request_id, std::string_view event) const {
  if (!function.config.log_format) return;
  write(journal_, function,
        start_line(*function.config.log_format, function.config.name, request_id, scheduler_.wall_now()),
        event);
}

void Lambda::log_end(const Function& function, const Execution& execution, std::string_view event) const {
  if (!function.config.log_format) return;
  write(journal_, function, end_line(*function.config.log_format, execution), event);
  write(journal_, function, report_line(*function.config.log_format, execution), event);
}

/// The views are the caller's.
Execution Lambda::execution_of(const Function& function, std::string_view request_id,
                               kernel::Timestamp started, bool was_cold) const {
  const FunctionConfig& config = function.config;
  const kernel::WallTime now = scheduler_.wall_now();
  Execution execution{.function = config.name,
                      .request_id = request_id,
                      .started = now - (scheduler_.now() - started),
                      .ended = now,
                      .took = scheduler_.now() - started,
                      .memory_mb = config.memory_mb,
                      .memory_used_mb = config.memory_used_mb};
  // ASSUMPTION: an init that was killed is not reported; the one inside the invocation is part of it.
  if (was_cold && config.cold_start.count() > 0 && config.cold_start <= kInitMax)
    execution.init = config.cold_start;
  return execution;
}

Execution ended_as(Execution execution, const CodeResult& result, bool is_timeout) {
  if (result) {
    execution.produced_bytes = static_cast<std::int64_t>(result->size());
  } else if (is_timeout) {
    execution.status = ExecutionStatus::Timeout;
  } else if (result.error().type == kExitError) {
    execution.status = ExecutionStatus::Crash;
    execution.error_type = result.error().type;
  } else {
    execution.status = ExecutionStatus::Error;
  }
  return execution;
}

}  // namespace emulator::lambda
