#pragma once
// What callers may ask of Lambda (asynchronous invocation), and what Lambda asks of the code of a function.
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "middleware/kernel/hop.h"
#include "middleware/kernel/task.h"
#include "middleware/kernel/time.h"

namespace emulator::lambda {

struct AsyncEvent {
  std::string event_uuid;                      ///< for the record only
  std::shared_ptr<const std::string> payload;  ///< JSON, shared with the caller
  kernel::HopId cause = 0;
};

/// 202, or an error as the Invoke API answers it.
struct AcceptResult {
  int status = 202;
  std::string error_code{};  ///< "ResourceNotFoundException"
  std::string message{};
};

/// Invoke with InvocationType Event: accepted means queued, nothing more.
class AsyncInvoker {
 public:
  virtual ~AsyncInvoker() = default;
  virtual AcceptResult invoke_async(std::string_view function, AsyncEvent event) = 0;
};

struct CodeInvocation {
  std::shared_ptr<const std::string> payload;
  std::string request_id;
  kernel::Timestamp deadline;
  kernel::HopId hop = 0;
};

/// As the runtime reports it: {"errorType", "errorMessage"}.
struct CodeError {
  std::string type;
  std::string message;
};
using CodeResult = std::expected<std::string, CodeError>;

/// The code of a function. Destroying the task is killing the process: at the timeout.
class FunctionCode {
 public:
  virtual ~FunctionCode() = default;
  virtual kernel::Task<CodeResult> run(CodeInvocation invocation) = 0;
};

}  // namespace emulator::lambda
