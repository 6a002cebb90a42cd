#include "emulator/lambda/log_lines.h"

#include <algorithm>

#include "emulator/lambda/invocation_record.h"
#include "emulator/lambda/ports.h"
#include "middleware/kernel/ids.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/random.h"

namespace emulator::lambda {
namespace {

using kernel::Duration;
using namespace std::chrono_literals;

constexpr std::string_view kRuntimeVersion = "provided:al2023";

/// The digits behind the point, with the zeros in front that they need.
std::string padded(std::int64_t value, std::size_t width) {
  const std::string digits = std::to_string(value);
  return std::string(width - digits.size(), '0') + digits;
}

/// "2.90": milliseconds with two places, cut off.
std::string ms_text(Duration duration) {
  const std::int64_t hundredths = duration / 10us;
  return std::to_string(hundredths / 100) + "." + padded(hundredths % 100, 2);
}

/// "463.512", "300": milliseconds as JSON writes a number, to the microsecond.
std::string ms_number(Duration duration) {
  const std::int64_t micros = duration / 1us;
  std::string text = std::to_string(micros / 1000);
  if (micros % 1000 == 0) return text;
  text += "." + padded(micros % 1000, 3);
  while (text.ends_with('0')) text.pop_back();
  return text;
}

std::int64_t billed_ms(const Execution& execution) {
  return std::chrono::ceil<std::chrono::milliseconds>(execution.took + execution.init.value_or(0ns)).count();
}

std::string_view status_text(ExecutionStatus status) {
  switch (status) {
    case ExecutionStatus::Success:
      return "success";
    case ExecutionStatus::Error:
    case ExecutionStatus::Crash:
      return "error";
    case ExecutionStatus::Timeout:
      return "timeout";
  }
  return {};
}

std::string json_begin(kernel::WallTime time, std::string_view type) {
  return R"({"time":")" + kernel::iso_millis(time) + R"(","type":")" + std::string(type) + R"(","record":{)";
}

/// `"requestId":"…"`
std::string request_member(std::string_view request_id) {
  return R"("requestId":)" + kernel::json_quoted(request_id);
}

std::string status_members(const Execution& execution) {
  std::string text = R"(,"status":")" + std::string(status_text(execution.status)) + '"';
  if (execution.status == ExecutionStatus::Crash)
    text += R"(,"errorType":)" + kernel::json_quoted(execution.error_type);
  return text;
}

std::string span(std::string_view name, kernel::WallTime start, Duration took) {
  return R"({"name":")" + std::string(name) + R"(","start":")" + kernel::iso_millis(start) +
         R"(","durationMs":)" + ms_number(took) + "}";
}

}  // namespace

std::string log_group(std::string_view function) { return "/aws/lambda/" + std::string(function); }

std::string log_stream_name(std::uint64_t seed, std::string_view function, std::int64_t environment,
                            kernel::WallTime begun) {
  std::string day = kernel::iso_seconds(begun).substr(0, 10);
  std::ranges::replace(day, '-', '/');
  const auto number = static_cast<std::uint64_t>(environment);
  const auto half = [&](const char* which) {
    return kernel::hex16(kernel::draw_bits({seed, "log stream", function, number, which}));
  };
  return day + "/[$LATEST]" + half("first") + half("second");
}

std::string init_start_line(LogFormat format, kernel::WallTime now) {
  if (format == LogFormat::Text) return "INIT_START Runtime Version: " + std::string(kRuntimeVersion);
  return json_begin(now, "platform.initStart") +
         R"("initializationType":"on-demand","phase":"init","runtimeVersion":")" +
         std::string(kRuntimeVersion) + R"("}})";
}

std::string start_line(LogFormat format, std::string_view function, std::string_view request_id,
                       kernel::WallTime now) {
  if (format == LogFormat::Text) return "START RequestId: " + std::string(request_id) + " Version: $LATEST";
  return json_begin(now, "platform.start") + request_member(request_id) + R"(,"functionArn":)" +
         kernel::json_quoted(function_arn(function)) + R"(,"version":"$LATEST"}})";
}

std::string end_line(LogFormat format, const Execution& execution) {
  if (format == LogFormat::Text) return "END RequestId: " + std::string(execution.request_id);
  std::string text = json_begin(execution.ended, "platform.runtimeDone") +
                     request_member(execution.request_id) + status_members(execution);
  text += R"(,"metrics":{"durationMs":)" + ms_number(execution.took) + R"(,"producedBytes":)" +
          std::to_string(execution.produced_bytes) + R"(},"spans":[)";
  // The response is there as a whole, and the runtime does nothing more.
  text += span("responseLatency", execution.started, execution.took) + ",";
  text += span("responseDuration", execution.ended, 0ns) + ",";
  text += span("runtimeOverhead", execution.ended, 0ns);
  return text + "]}}";
}

std::string report_line(LogFormat format, const Execution& execution) {
  const std::string billed = std::to_string(billed_ms(execution));
  const std::string memory = std::to_string(execution.memory_mb);
  const std::string used = std::to_string(execution.memory_used_mb);
  if (format == LogFormat::Json) {
    std::string text = json_begin(execution.ended, "platform.report") + request_member(execution.request_id);
    text += R"(,"metrics":{"durationMs":)" + ms_number(execution.took) + R"(,"billedDurationMs":)" + billed;
    text += R"(,"memorySizeMB":)" + memory + R"(,"maxMemoryUsedMB":)" + used;
    if (execution.init) text += R"(,"initDurationMs":)" + ms_number(*execution.init);
    return text + "}" + status_members(execution) + "}}";
  }
  std::string text = "REPORT RequestId: " + std::string(execution.request_id);
  text += "\tDuration: " + ms_text(execution.took) + " ms\tBilled Duration: " + billed + " ms";
  text += "\tMemory Size: " + memory + " MB\tMax Memory Used: " + used + " MB\t";
  if (execution.init) text += "Init Duration: " + ms_text(*execution.init) + " ms\t";
  if (execution.status == ExecutionStatus::Timeout) text += "Status: timeout";
  if (execution.status == ExecutionStatus::Crash)
    text += "Status: error\tError Type: " + std::string(execution.error_type);
  return text;
}

}  // namespace emulator::lambda
