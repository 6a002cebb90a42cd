#include "emulator/runtime/function.h"

#include <algorithm>
#include <cstring>

namespace emulator::runtime {
namespace {

/// Those that a function of the service may not set either, but for the ones that say how its code runs.
constexpr const char* kReserved[] = {"_HANDLER",
                                     "_X_AMZN_TRACE_ID",
                                     "AWS_LAMBDA_RUNTIME_API",
                                     "AWS_LAMBDA_FUNCTION_NAME",
                                     "AWS_LAMBDA_FUNCTION_VERSION",
                                     "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                                     "AWS_LAMBDA_INITIALIZATION_TYPE",
                                     "AWS_LAMBDA_LOG_GROUP_NAME",
                                     "AWS_LAMBDA_LOG_STREAM_NAME",
                                     "AWS_REGION",
                                     "AWS_DEFAULT_REGION",
                                     "LAMBDA_TASK_ROOT",
                                     "LAMBDA_RUNTIME_DIR"};

}  // namespace

std::optional<std::string> refuse_variable(const std::string& name) {
  if (name.empty() || name.find('=') != std::string::npos || name.find('\0') != std::string::npos)
    return "'" + name + "' is no name of a variable";
  if (std::ranges::find(kReserved, name, [](const char* text) { return std::string_view(text); }) ==
      std::end(kReserved))
    return std::nullopt;
  return "'" + name + "' is reserved: Lambda sets it";
}

Variables variables_of(const ProcessFunction& function, std::string_view runtime_api,
                       std::string_view log_stream) {
  Variables all = {
      {"_HANDLER", function.handler},
      {"AWS_LAMBDA_RUNTIME_API", std::string(runtime_api)},
      {"AWS_LAMBDA_FUNCTION_NAME", function.name},
      {"AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"},
      {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(function.memory_mb)},
      {"AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/" + function.name},
      {"AWS_LAMBDA_LOG_STREAM_NAME", std::string(log_stream)},
      {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
      {"AWS_REGION", function.region},
      {"AWS_DEFAULT_REGION", function.region},
      {"AWS_ACCESS_KEY_ID", "relayrig"},
      {"AWS_SECRET_ACCESS_KEY", "relayrig"},
      {"AWS_SESSION_TOKEN", kSessionToken},
      {"AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"},
      {"AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:2000"},
      {"LAMBDA_TASK_ROOT", function.folder},
      {"LAMBDA_RUNTIME_DIR", function.folder},
      {"LANG", "en_US.UTF-8"},
      {"TZ", ":UTC"},
  };
  for (const auto& [name, value] : function.variables) {
    const auto ours = std::ranges::find(all, name, [](const auto& v) { return v.first; });
    if (ours == all.end()) {
      all.emplace_back(name, value);
    } else {
      ours->second = value;
    }
  }
  return all;
}

std::string end_text(ProcessEnd end) {
  if (end.signal == 0) return "exit status " + std::to_string(end.status);
  const char* name = sigdescr_np(end.signal);
  std::string text = name == nullptr ? "signal " + std::to_string(end.signal) : std::string(name);
  // The service is written in Go, which does not begin them with a capital.
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return "signal: " + text;
}

std::string exit_text(std::string_view request_id, ProcessEnd end) {
  const bool has_reason = end.signal != 0 || end.status != 0;
  return "RequestId: " + std::string(request_id) + " Error: Runtime exited " +
         (has_reason ? "with error: " + end_text(end) : std::string("without providing a reason"));
}

void add_missing(Variables& variables, const Variables& more) {
  for (const auto& [name, value] : more) {
    const auto same = std::ranges::find(variables, name, [](const auto& v) { return v.first; });
    if (same == variables.end()) variables.emplace_back(name, value);
  }
}

}  // namespace emulator::runtime
