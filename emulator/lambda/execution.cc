#include "emulator/lambda/execution.h"

#include "middleware/kernel/json.h"

namespace emulator::lambda {
namespace {

std::string seconds_text(kernel::Duration duration) {
  const auto hundredths = duration.count() / 10'000'000;
  const auto rest = hundredths % 100;
  return std::to_string(hundredths / 100) + (rest < 10 ? ".0" : ".") + std::to_string(rest);
}

}  // namespace

CodeError timed_out(std::string_view request_id, kernel::Duration timeout) {
  return {"Sandbox.Timedout", "RequestId: " + std::string(request_id) + " Error: Task timed out after " +
                                  seconds_text(timeout) + " seconds"};
}

bool ends_environment(const CodeError& error) { return error.ends_environment || error.type == kExitError; }

std::string error_text(const CodeError& error) {
  if (!error.payload.empty()) return error.payload;
  return R"({"errorType":)" + kernel::json_quoted(error.type) + R"(,"errorMessage":)" +
         kernel::json_quoted(error.message) + "}";
}

}  // namespace emulator::lambda
