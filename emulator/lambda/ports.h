#pragma once
// What callers may ask of Lambda (asynchronous and synchronous invocation), and what Lambda asks of the code
// of a function. Event source mappings: mapping.h.
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/hop.h"
#include "middleware/kernel/task.h"
#include "middleware/kernel/time.h"

namespace emulator::lambda {

/// Bytes of a payload and of a response (facts/aws-delivery 5.2).
inline constexpr std::size_t kPayloadMax = 6'291'456;
inline constexpr std::size_t kAsyncPayloadMax = 1'048'576;
inline constexpr std::size_t kResponseMax = 6'291'556;

struct AsyncEvent {
  std::string event_uuid;                      ///< for the record only
  std::shared_ptr<const std::string> payload;  ///< JSON, shared with the caller
  kernel::HopId cause = 0;
  std::shared_ptr<const std::string> trace_header{};  ///< the call's X-Amzn-Trace-Id; null: none
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

/// One of the events that a synchronous invocation carries, for the record only.
struct InvokedEvent {
  std::string event_uuid;
  kernel::HopId cause = 0;
};

struct Invocation {
  std::string function;
  std::shared_ptr<const std::string> payload;  ///< JSON, up to 6 MB (6,291,456 bytes)
  std::vector<InvokedEvent> events{};          ///< each gets an invoke hop; none: one hop of no event
  std::string from = "lambda";                 ///< who invokes, for the record
  int attempt = 1;
  std::string trace_header{};  ///< the call's X-Amzn-Trace-Id; "": none
  bool wants_log = false;      ///< X-Amz-Log-Type: Tail
};

/// As the Invoke API answers RequestResponse. A function's error has the status 200.
struct InvokeResult {
  int status = 200;
  std::string payload{};         ///< the response, or the function's error as JSON
  std::string function_error{};  ///< "Unhandled" when the function failed
  std::string error_code{};      ///< "TooManyRequestsException", "ResourceNotFoundException", ...
  std::string reason{};          ///< of a 429: "ReservedFunctionConcurrentInvocationLimitExceeded"
  std::string message{};
  std::string request_id{};  ///< when it ran; the version that ran is always "$LATEST"
  std::string log{};         ///< when it was wanted: what the platform logged

  bool succeeded() const { return status == 200 && function_error.empty(); }
};

/// Invoke with InvocationType RequestResponse: no queue, no retry, no destination.
class FunctionInvoker {
 public:
  virtual ~FunctionInvoker() = default;
  virtual kernel::Task<InvokeResult> invoke(Invocation invocation) = 0;
  /// Nothing for an unknown function.
  virtual std::optional<kernel::Duration> timeout_of(std::string_view function) const = 0;
};

struct CodeInvocation {
  std::shared_ptr<const std::string> payload;
  std::string request_id;
  kernel::Timestamp deadline;
  kernel::HopId hop = 0;
  std::vector<kernel::HopId> event_hops{};  ///< of a batch: the hop of each of its events, in their order
  std::string_view function{};              ///< its name
  std::shared_ptr<const std::string> trace_header{};  ///< that it was invoked with; null: none
  std::int64_t environment = 1;                       ///< 1, 2, ...: runs one invocation at a time
  std::string_view event{};                           ///< EventUuid, the caller's; "" when there is none
  std::string_view log_stream{};                      ///< "" when nobody wants log events
};

/// X-Amzn-Trace-Id for what the code sends on, which is what the runtime gives it: with this invocation in
/// its Lineage. Made here, as most code does not ask.
std::string trace_header_for(const CodeInvocation& invocation);

/// The log stream of an environment that began then: "2026/01/05/[$LATEST]" and 32 digits. `seed` is the
/// rig's. Made here, as the code is told it (AWS_LAMBDA_LOG_STREAM_NAME) and Lambda writes to it.
std::string log_stream_name(std::uint64_t seed, std::string_view function, std::int64_t environment,
                            kernel::WallTime begun);

/// As the runtime reports it: {"errorType", "errorMessage"}.
struct CodeError {
  std::string type;
  std::string message;
  std::string payload{};          ///< JSON of the runtime, with whatever else it says; "": the two above
  bool ends_environment = false;  ///< the next invocation needs a new one
};
using CodeResult = std::expected<std::string, CodeError>;

/// The code of a function. Destroying the task is killing the process: at the timeout.
class FunctionCode {
 public:
  virtual ~FunctionCode() = default;
  virtual kernel::Task<CodeResult> run(CodeInvocation invocation) = 0;

  /// Whether a new environment has an init of its own to wait for, beside what the function's cold start
  /// says.
  virtual bool has_init() const { return false; }
  /// Makes the environment ready; true when it is. Destroying the task ends the init; run() then begins it
  /// anew. If it failed, the run() that follows says why.
  virtual kernel::Task<bool> init(std::int64_t /*environment*/) { co_return true; }
  /// What `real` time of the code is on the run's clock: code in another process keeps real time.
  virtual kernel::Duration on_run_clock(kernel::Duration real) const { return real; }
};

}  // namespace emulator::lambda
