// What Lambda itself logs of an invocation, where it is wanted. Source: facts/aws-platform 4.5.
#include "emulator/lambda/execution.h"
#include "emulator/lambda/lambda.h"

namespace emulator::lambda {
namespace {

LogFormat format_of(const Function& function) { return function.config.log_format.value_or(LogFormat::Text); }

}  // namespace

void Lambda::write(const LogOrigin& origin, const std::string& line) const {
  const std::string group = log_group(origin.function.config.name);
  if (origin.function.config.log_format)
    journal_.log({.source = group, .message = line, .event = origin.event});
  if (logs_ == nullptr) return;
  logs_->line(group, log_stream(origin.function, origin.environment), scheduler_.wall_now(), line);
}

std::string_view Lambda::log_stream(const Function& function, std::int64_t environment) {
  const auto found = function.log_streams.find(environment);
  return found == function.log_streams.end() ? std::string_view{} : found->second;
}

// One that began before anybody wanted its lines is named by the day of the first of them.
void Lambda::begin_log_stream(Function& function, std::int64_t environment) const {
  if (logs_ == nullptr || function.log_streams.contains(environment)) return;
  function.log_streams.emplace(
      environment, log_stream_name(seed_, function.config.name, environment, scheduler_.wall_now()));
}

void Lambda::log_init(const LogOrigin& origin) const {
  if (logs(origin.function))
    write(origin, init_start_line(format_of(origin.function), scheduler_.wall_now()));
}

void Lambda::log_start(const LogOrigin& origin, std::string_view request_id) const {
  if (!logs(origin.function)) return;
  write(origin, start_line(format_of(origin.function), origin.function.config.name, request_id,
                           scheduler_.wall_now()));
}

void Lambda::log_end(const LogOrigin& origin, const Execution& execution) const {
  if (!logs(origin.function)) return;
  write(origin, end_line(format_of(origin.function), execution));
  write(origin, report_line(format_of(origin.function), execution));
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
