// Synchronous invocation: once, and the answer.
#include <algorithm>
#include <deque>

#include "emulator/lambda/ending.h"
#include "emulator/lambda/execution.h"
#include "emulator/lambda/invocation_record.h"
#include "emulator/lambda/lambda.h"
#include "middleware/kernel/ids.h"
#include "middleware/kernel/wait.h"

namespace emulator::lambda {
namespace {

using kernel::Outcome;
using kernel::Task;

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

InvokeResult refused_for_now(Throttle throttle) {
  return {.status = 429,
          .error_code = "TooManyRequestsException",
          .reason = std::string(reason_text(throttle)),
          .message = "Rate Exceeded."};
}

InvokeResult stopped_loop() {
  return {.status = 400, .error_code = std::string(kRecursion), .message = std::string(kLoop.message)};
}

CodeError response_too_large(std::size_t bytes) {
  return {"Function.ResponseSizeTooLarge", "Response payload size (" + std::to_string(bytes) +
                                               " bytes) exceeded maximum allowed payload size (" +
                                               std::to_string(kResponseMax) + " bytes)."};
}

CodeInvocation code_invocation(const Invocation& invocation, const Function& function,
                               const std::string& request_id, kernel::Timestamp deadline,
                               const std::vector<kernel::HopId>& hops, std::int64_t environment) {
  CodeInvocation made{.payload = invocation.payload,
                      .request_id = request_id,
                      .deadline = deadline,
                      .hop = hops.front(),
                      .event_hops = hops,
                      .function = function.config.name,
                      .environment = environment};
  if (!invocation.events.empty()) made.event = invocation.events.front().event_uuid;
  if (!invocation.trace_header.empty())
    made.trace_header = std::make_shared<const std::string>(invocation.trace_header);
  return made;
}

void close(InvokeHops& hops, const CodeResult& answer, bool is_timeout, std::int64_t bytes) {
  kernel::HopEnd end{.status = 200, .bytes_sent = bytes};
  if (answer) {
    end.bytes_received = static_cast<std::int64_t>(answer->size());
    return hops.close(end);
  }
  const CodeError& error = answer.error();
  const std::string text = is_timeout ? error.type : error.type + ": " + error.message;
  end.outcome = is_timeout ? Outcome::Timeout : Outcome::Failed;
  end.error = text;
  hops.close(end);
}

/// All that the platform logged of an invocation. ASSUMPTION: INIT_START is not among it, nor what the
/// function itself wrote, which is in the run file.
std::string lines_of(LogFormat format, const Execution& execution) {
  return start_line(format, execution.function, execution.request_id, execution.started) + "\n" +
         end_line(format, execution) + "\n" + report_line(format, execution) + "\n";
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
  if (is_loop(*function, invocation.trace_header)) {
    count("RecursiveInvocationsDropped", function->config.name);
    hops.close({.outcome = Outcome::Rejected, .status = 400, .error = kRecursion});
    co_return stopped_loop();
  }
  EnvironmentGuard environment(function->environments, scheduler_);
  if (const auto throttle = environment.hold(take_for_request(*function))) {
    tell(*function, InvocationFact::Throttled);
    InvokeResult result = refused_for_now(*throttle);
    hops.close({.outcome = Outcome::Throttled,
                .status = 429,
                .error = result.error_code,
                .response = body_text(*throttle)});
    co_return result;
  }
  const FunctionConfig& config = function->config;
  tell(*function, InvocationFact::Started);
  const std::string event = invocation.events.empty() ? "" : invocation.events.front().event_uuid;
  begin_log_stream(*function, environment.number());
  const LogOrigin origin{*function, environment.number(), event};
  if (environment.is_cold()) log_init(origin);
  kernel::Duration init_inside{};
  if (environment.is_cold()) init_inside = co_await init(*function, environment.number());
  InvokeResult result{.request_id = kernel::uuid4(ids_)};
  log_start(origin, result.request_id);
  const kernel::Timestamp started = scheduler_.now();
  const kernel::Timestamp deadline = started + function->code->on_run_clock(config.timeout);
  const std::vector<kernel::HopId> ids = hops.ids();
  CodeInvocation code =
      code_invocation(invocation, *function, result.request_id, deadline, ids, environment.number());
  code.log_stream = log_stream(*function, environment.number());
  std::optional<CodeResult> answer = co_await kernel::with_deadline<CodeResult>(
      scheduler_, deadline, run_code(*function, std::move(code), init_inside));

  const bool is_timeout = !answer;
  if (is_timeout) answer = std::unexpected(timed_out(result.request_id, config.timeout));
  if (*answer && (*answer)->size() > kResponseMax)
    answer = std::unexpected(response_too_large((*answer)->size()));
  tell(*function, *answer ? InvocationFact::Succeeded : InvocationFact::Failed, scheduler_.now() - started);
  if (logs(*function) || invocation.wants_log) {
    const Execution execution = ended_as(
        execution_of(*function, result.request_id, started, environment.is_cold()), *answer, is_timeout);
    log_end(origin, execution);
    if (invocation.wants_log) result.log = lines_of(config.log_format.value_or(LogFormat::Text), execution);
  }
  environment.goes_on_after(*answer, is_timeout);
  close(hops, *answer, is_timeout, static_cast<std::int64_t>(bytes));
  if (!*answer) result.function_error = "Unhandled";
  result.payload = *answer ? std::move(**answer) : error_text(answer->error());
  co_return result;
}

}  // namespace emulator::lambda
