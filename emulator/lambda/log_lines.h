#pragma once
// What Lambda itself writes to a function's log group about an invocation, in both of its formats.
//
//   text  INIT_START, START RequestId, END RequestId, REPORT RequestId
//   JSON  platform.initStart, platform.start, platform.runtimeDone, platform.report
//
// Source: facts/aws-delivery 5.2, facts/aws-platform 4.5. The billed duration includes the init, as recent
// reports do. ASSUMPTION: the runtime's version; what is in platform.initStart; "error" is the status of a
// handler that failed, which the text format does not show; memory is not measured but a setting.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "middleware/kernel/time.h"

namespace emulator::lambda {

enum class LogFormat : std::uint8_t { Text, Json };

enum class ExecutionStatus : std::uint8_t {
  Success,
  Error,  ///< the handler failed
  Crash,  ///< the process ended
  Timeout,
};

/// One invocation that is over.
struct Execution {
  std::string_view function;
  std::string_view request_id;
  kernel::WallTime started;
  kernel::WallTime ended;
  kernel::Duration took{};                 ///< without the init
  std::optional<kernel::Duration> init{};  ///< of the cold start before it
  std::int64_t memory_mb = 128;
  std::int64_t memory_used_mb = 36;
  ExecutionStatus status = ExecutionStatus::Success;
  std::string_view error_type{};    ///< of a crash
  std::int64_t produced_bytes = 0;  ///< of the response
};

/// The function's log group: "/aws/lambda/ingest".
std::string log_group(std::string_view function);

/// An environment begins.
std::string init_start_line(LogFormat format, kernel::WallTime now);
std::string start_line(LogFormat format, std::string_view function, std::string_view request_id,
                       kernel::WallTime now);
/// END, or platform.runtimeDone.
std::string end_line(LogFormat format, const Execution& execution);
std::string report_line(LogFormat format, const Execution& execution);

}  // namespace emulator::lambda
