#pragma once
// A function that is a process, as its deployment says it, and the variables that its process is started
// with. Source: facts/aws-delivery 6.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/runtime/machine.h"

namespace emulator::runtime {

/// AWS_SESSION_TOKEN of every function: what it shows its extensions.
inline constexpr const char* kSessionToken = "relayrig";

struct ProcessFunction {
  std::string name;
  std::string arn{};
  std::string region{};
  std::vector<std::string> command{};  ///< at least one; a program without a slash is looked for in PATH
  std::string folder{};                ///< LAMBDA_TASK_ROOT and working directory
  std::string handler{};               ///< _HANDLER
  std::int64_t memory_mb = 128;        ///< what the process is told; nobody enforces it
  Variables variables{};               ///< of the function; they win over ours
  kernel::Duration idle_max = std::chrono::minutes{10};  ///< an unused process is ended after this
};

/// The complaint about a variable that a function cannot set, because it says which function and which
/// environment it is; or nothing.
std::optional<std::string> refuse_variable(const std::string& name);

/// `runtime_api` is host:port; `log_stream` names the environment.
Variables variables_of(const ProcessFunction& function, std::string_view runtime_api,
                       std::string_view log_stream);

/// What Lambda says of a process that ended in the middle of an invocation: the request's id and
/// how it ended,
/// "RequestId: 7bf73129-1428-4cd3-a780-95db273d1602 Error: Runtime exited with error: exit status 1".
std::string exit_text(std::string_view request_id, ProcessEnd end);
/// "exit status 1", "signal: killed"
std::string end_text(ProcessEnd end);

/// Those of `more` whose names are not there yet.
void add_missing(Variables& variables, const Variables& more);

}  // namespace emulator::runtime
