// Synchronous invocation: once, and the answer.
#include <algorithm>
#include <deque>

#include "emulator/lambda/execution.h"
#include "emulator/lambda/failure_record.h"
#include "emulator/lambda/lambda.h"
#include "middleware/kernel/ids.h"
#include "middleware/kernel/wait.h"

namespace emulator::lambda {
namespace {

using kernel::Outcome;
using kernel::Task;

constexpr std::size_t kPayloadMax = 6'291'456;
constexpr std::size_t kResponseMax = 6'291'556;

/// One invoke hop for each event of the invocation; they close together.
class InvokeHops {
 public:
  InvokeHops(kernel::Journal& journal, const Invocation& invocation) {
    static const std::vector<InvokedEvent> kNobody(1);
    const auto& events = invocation.events.empty() ? kNobody : invocation.events;
    for (const InvokedEvent& event : events) {
      hops_.emplace_back(journal, kernel::HopStart{.stage = kernel::Stage::Invoke,
                                                   .event = event.event_uuid,
                                                   .parent = event.cause,
                                                   .from = invocation.from,
                                                   .to = invocation.function,
                                                   .operation = "RequestResponse",
                                                   .attempt = invocation.attempt});
    }
  }
  void close(const kernel::HopEnd& end) {
    for (kernel::HopScope& hop : hops_) hop.close(end);
  }
  std::vector<kernel::HopId> ids() const {
    std::vector<kernel::HopId> ids;
    for (const kernel::HopScope& hop : hops_) ids.push_back(hop.id());
    return ids;
  }

 private:
  std::deque<kernel::HopScope> hops_;  // they cannot move
};

InvokeResult unknown_function(const std::string& function) {
  return {.status = 404,
          .error_code = "ResourceNotFoundException",
          .message = "Function not found: " + function_arn(function) + ":$LATEST"};
}

InvokeResult too_large(std::size_t bytes) {
  return {.status = 413,
          .error_code = "RequestTooLargeException",
          .message = std::to_string(bytes) +
                     " byte payload is too large for the RequestResponse invocation type (limit " +
                     std::to_string(kPayloadMax) + " bytes)"};
}

InvokeResult refused_for_now() {
  return {.status = 429,
          .error_code = "TooManyRequestsException",
          .reason = "ReservedFunctionConcurrentInvocationLimitExceeded",
          .message = "Rate Exceeded."};
}

CodeError response_too_large(std::size_t bytes) {
  return {"Function.ResponseSizeTooLarge", "Response payload size (" + std::to_string(bytes) +
                                               " bytes) exceeded maximum allowed payload size (" +
                                               std::to_string(kResponseMax) + " bytes)."};
}

}  // namespace

std::optional<kernel::Duration> Lambda::timeout_of(std::string_view function) const {
  const Function* found = find(function);
  if (found == nullptr) return std::nullopt;
  return found->config.timeout;
}

Task<InvokeResult> Lambda::invoke(Invocation invocation) {
  Function* function = find(invocation.function);
  if (function == nullptr) co_return unknown_function(invocation.function);
  const std::size_t bytes = invocation.payload->size();
  if (bytes > kPayloadMax) co_return too_large(bytes);
  InvokeHops hops(journal_, invocation);
  const auto taken = function->is_throttled ? std::nullopt : function->environments.take(scheduler_.now());
  if (!taken) {
    InvokeResult result = refused_for_now();
    hops.close({.outcome = Outcome::Throttled, .status = 429, .error = result.error_code});
    co_return result;
  }
  EnvironmentGuard environment(function->environments, taken->number, scheduler_);
  const FunctionConfig& config = function->config;
  kernel::Duration init_inside{};
  if (taken->is_cold) init_inside = co_await init(*function, taken->number);
  InvokeResult result{.request_id = kernel::uuid4(ids_)};
  const kernel::Timestamp deadline = scheduler_.now() + function->code->on_run_clock(config.timeout);
  const std::vector<kernel::HopId> ids = hops.ids();
  std::optional<CodeResult> answer = co_await kernel::with_deadline<CodeResult>(
      scheduler_, deadline,
      run_code(*function,
               {.payload = invocation.payload,
                .request_id = result.request_id,
                .deadline = deadline,
                .hop = ids.front(),
                .event_hops = ids,
                .environment = taken->number,
                .event = invocation.events.empty() ? std::string_view{}
                                                   : std::string_view(invocation.events.front().event_uuid)},
               init_inside));

  const bool is_timeout = !answer;
  if (is_timeout) answer = std::unexpected(timed_out(result.request_id, config.timeout));
  if (*answer && (*answer)->size() > kResponseMax)
    answer = std::unexpected(response_too_large((*answer)->size()));
  kernel::HopEnd end{.status = 200, .bytes_sent = static_cast<std::int64_t>(bytes)};
  if (*answer) {
    environment.stays_warm();
    result.payload = std::move(**answer);
    end.bytes_received = static_cast<std::int64_t>(result.payload.size());
    hops.close(end);
    co_return result;
  }
  const CodeError& error = answer->error();
  if (!is_timeout && !ends_environment(error)) environment.stays_warm();
  const std::string text = is_timeout ? error.type : error.type + ": " + error.message;
  result.payload = error_text(error);
  result.function_error = "Unhandled";
  end.outcome = is_timeout ? Outcome::Timeout : Outcome::Failed;
  end.error = text;
  hops.close(end);
  co_return result;
}

}  // namespace emulator::lambda
