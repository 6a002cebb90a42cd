// Invoke with its three types. Source: facts/aws-delivery 5.2.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/edge/functions.h"
#include "middleware/kernel/base64.h"
#include "middleware/kernel/url.h"

namespace emulator::edge {
namespace {

using kernel::Json;

constexpr std::string_view kKind = "lambda Invoke";
constexpr std::size_t kOldPayloadMax = 262'144;
constexpr const char* kTraceHeader = "X-Amzn-Trace-Id";

/// Errors of Invoke name the reason of a throttle, and a function that is not there in a member of its own
/// spelling.
AwsError invoke_error(int status, std::string code, std::string message, const std::string& reason) {
  AwsError error{.code = std::move(code), .message = std::move(message), .status = status};
  if (!reason.empty()) error.members.emplace_back("Reason", reason);
  error.members.emplace_back("Type", "User");
  if (error.code == "ResourceNotFoundException") error.message_name = "Message";
  return error;
}

/// Headers that change what an invocation is, and are not emulated.
constexpr const char* kRefusedHeaders[] = {"X-Amz-Client-Context", "X-Amz-Tenant-Id",
                                           "X-Amz-Durable-Execution-Name"};

std::shared_ptr<const std::string> payload_of(const kernel::HttpRequest& request) {
  return std::make_shared<const std::string>(request.body.empty() ? "{}" : request.body);
}

/// The last 4 KB of the log.
std::string log_tail(std::string_view log) {
  constexpr std::size_t kTailMax = 4096;
  return kernel::base64(log.substr(log.size() - std::min(log.size(), kTailMax)));
}

}  // namespace

kernel::Task<AwsResult> Functions::invoke(AwsCall call) {
  const kernel::Headers& headers = call.request.headers;
  for (const char* header : kRefusedHeaders) {
    if (headers.has(header)) co_return std::unexpected(not_emulated(std::string("Lambda Invoke: ") + header));
  }
  FunctionName function = function_name(call.path.at(0));
  const kernel::FormFields query = kernel::form_fields(kernel::query_of(call.request.target));
  if (const std::string* qualifier = kernel::form_field(query, "Qualifier")) function.qualifier = *qualifier;
  const bool is_there = function.qualifier.empty() || function.qualifier == "$LATEST";
  if (!is_there || !ports_.functions.function(function.name)) {
    const std::string version = is_there ? "$LATEST" : function.qualifier;
    co_return std::unexpected(
        invoke_error(404, "ResourceNotFoundException",
                     "Function not found: " + function_arn(function.name) + ":" + version, {}));
  }
  const std::string type(headers.get("X-Amz-Invocation-Type"));
  // What is too large is refused for that, whatever it holds.
  const std::size_t bytes_max = type == "Event" ? lambda::kAsyncPayloadMax : lambda::kPayloadMax;
  if (!call.request.body.empty() && call.request.body.size() <= bytes_max) {
    if (const auto json = kernel::parse_json(call.request.body); !json) {
      co_return std::unexpected(invoke_error(400, "InvalidRequestContentException",
                                             "Could not parse request body into json: " + json.error().text(),
                                             {}));
    }
  }
  const bool wants_log = headers.get("X-Amz-Log-Type") == "Tail";
  if (type == "DryRun") co_return AwsReply{.status = 204};
  if (type == "Event") co_return invoke_later(function.name, call);
  if (!type.empty() && type != "RequestResponse") {
    co_return std::unexpected(invoke_error(400, "InvalidParameterValueException",
                                           "'" + type + "' is not a valid invocation type", {}));
  }
  co_return co_await invoke_now(std::move(function.name), std::move(call), wants_log);
}

AwsResult Functions::invoke_as_before_2015(const AwsCall& call) {
  const std::size_t bytes = call.request.body.size();
  if (bytes > kOldPayloadMax) {
    return std::unexpected(invoke_error(
        413, "RequestTooLargeException",
        std::to_string(bytes) + " byte payload is too large for the Event invocation type (limit " +
            std::to_string(kOldPayloadMax) + " bytes)",
        {}));
  }
  if (const auto json = kernel::parse_json(call.request.body); !json) {
    return std::unexpected(invoke_error(400, "InvalidRequestContentException",
                                        "Could not parse request body into json: " + json.error().text(),
                                        {}));
  }
  return invoke_later(function_name(call.path.at(0)).name, call);
}

AwsResult Functions::invoke_later(const std::string& function, const AwsCall& call) {
  const auto payload = payload_of(call.request);
  const std::string event = events_.begin(function, kKind, *payload);
  lambda::AsyncEvent invocation{.event_uuid = event, .payload = payload, .cause = call.hop};
  if (const auto trace = call.request.headers.get(kTraceHeader); !trace.empty())
    invocation.trace_header = std::make_shared<const std::string>(trace);
  const lambda::AcceptResult accepted = ports_.asynchronous.invoke_async(function, std::move(invocation));
  if (accepted.status == 202) return AwsReply{.status = 202};
  events_.refused(event, "lambda " + function + ": " + accepted.error_code);
  return std::unexpected(invoke_error(accepted.status, accepted.error_code, accepted.message, {}));
}

kernel::Task<AwsResult> Functions::invoke_now(std::string function, AwsCall call, bool wants_log) {
  const auto payload = payload_of(call.request);
  const std::string event = events_.begin(function, kKind, *payload);
  lambda::Invocation invocation{.function = function,
                                .payload = payload,
                                .events = {{event, call.hop}},
                                .from = "client",
                                .trace_header = std::string(call.request.headers.get(kTraceHeader)),
                                .wants_log = wants_log};
  const lambda::InvokeResult result = co_await ports_.synchronous.invoke(std::move(invocation));
  if (result.status != 200) {
    events_.refused(event, "lambda " + function + ": " + result.error_code);
    co_return std::unexpected(invoke_error(result.status, result.error_code, result.message, result.reason));
  }
  // A function's error is the caller's to deal with: for Lambda the event is over.
  events_.ended(event, result.succeeded() ? kernel::End::Delivered : kernel::End::Rejected,
                "lambda " + function);
  AwsReply reply{.headers = {{"X-Amz-Executed-Version", "$LATEST"}}, .payload = result.payload};
  if (!result.function_error.empty()) reply.headers.add("X-Amz-Function-Error", result.function_error);
  if (wants_log) reply.headers.add("X-Amz-Log-Result", log_tail(result.log));
  co_return reply;
}

}  // namespace emulator::edge
