// Asynchronous invocation: an event is accepted, and run until it succeeds or is given up.
#include <algorithm>

#include "emulator/lambda/ending.h"
#include "emulator/lambda/execution.h"
#include "emulator/lambda/invocation_record.h"
#include "emulator/lambda/lambda.h"
#include "middleware/kernel/ids.h"
#include "middleware/kernel/wait.h"

namespace emulator::lambda {
namespace {

using kernel::Duration;
using kernel::Outcome;
using kernel::Task;

std::string_view condition_of(GiveUp reason) {
  return reason == GiveUp::RetriesExhausted ? "RetriesExhausted" : "EventAgeExceeded";
}

}  // namespace

AcceptResult Lambda::invoke_async(std::string_view name, AsyncEvent event) {
  Function* function = find(name);
  if (function == nullptr) {
    return {404, "ResourceNotFoundException", "Function not found: " + function_arn(name) + ":$LATEST"};
  }
  if (event.payload->size() > kAsyncPayloadMax) {
    return {413, "RequestTooLargeException",
            std::to_string(event.payload->size()) +
                " byte payload is too large for the Event invocation type (limit " +
                std::to_string(kAsyncPayloadMax) + " bytes)"};
  }
  Pending pending{
      .event = std::move(event), .request_id = kernel::uuid4(ids_), .accepted_at = scheduler_.now()};
  tell(*function, InvocationFact::Accepted);
  events_.spawn(deliver(*function, std::move(pending)));
  return {};
}

Task<void> Lambda::deliver(Function& function, Pending pending) {
  if (never_runs(function, pending)) co_return;
  while (true) {
    auto attempting = attempt(function, pending);
    co_await attempting.ended();
    const std::optional<Duration> wait = next_after(function, pending, attempting);
    if (!wait) co_return;
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + *wait);
  }
}

/// Then the event has ended.
bool Lambda::never_runs(const Function& function, const Pending& pending) {
  if (function.config.concurrency == 0) {
    tell(function, InvocationFact::Dropped);
    give_up(function.config, pending, {.condition = "ZeroReservedConcurrency", .refusal = kThrottled});
    return true;
  }
  if (!pending.event.trace_header || !is_loop(function, *pending.event.trace_header)) return false;
  tell(function, InvocationFact::Dropped);
  stop_loop(function.config, pending);
  return true;
}

/// The wait until the next attempt; nothing when the event has ended, delivered or given up.
std::optional<Duration> Lambda::next_after(Function& function, Pending& pending, Task<Ended>& attempted) {
  Ended ended = attempted.take();
  if (!ended.failure) {
    succeed(function.config, pending, ended.response);
    return std::nullopt;
  }
  const bool was_throttled = *ended.failure != Failure::FunctionError;
  if (!was_throttled) pending.last_error = std::make_unique<const CodeError>(std::move(ended.error));
  std::int16_t& failures = was_throttled ? pending.throttles : pending.function_errors;
  const RetryDecision decision =
      function.retry.after(*ended.failure, ++failures, scheduler_.now() - pending.accepted_at);
  if (!decision.wait) {
    GivenUp why{.condition = condition_of(decision.condition)};
    if (was_throttled) why.refusal = kThrottled;
    tell(function, InvocationFact::Dropped);
    give_up(function.config, pending, why);
  }
  return decision.wait;
}

std::optional<Throttle> Lambda::enter(Function& function, EnvironmentGuard& environment) const {
  return environment.hold(take(function));
}

kernel::HopScope Lambda::open_hop(const Function& function, const Pending& pending) const {
  return {journal_,
          {.stage = kernel::Stage::Invoke,
           .event = pending.event.event_uuid,
           .parent = pending.event.cause,
           .from = "lambda",
           .to = function.config.name,
           .operation = "Event",
           .attempt = pending.attempts + pending.throttles + 1}};
}

Task<Lambda::Ended> Lambda::attempt(Function& function, Pending& pending) {
  kernel::HopScope hop = open_hop(function, pending);
  EnvironmentGuard environment(function.environments, scheduler_);
  if (const std::optional<Throttle> throttle = enter(function, environment))
    co_return [&, why = *throttle] { return throttled(function, hop, why); };
  ++pending.attempts;
  tell(function, InvocationFact::Started, scheduler_.now() - pending.accepted_at);
  begin_log_stream(function, environment.number());
  if (environment.is_cold()) log_init({function, environment.number(), pending.event.event_uuid});
  Duration init_inside{};
  if (environment.is_cold()) init_inside = co_await init(function, environment.number());
  log_start({function, environment.number(), pending.event.event_uuid}, pending.request_id);
  const kernel::Timestamp started = scheduler_.now();
  const kernel::Timestamp deadline = started + function.code->on_run_clock(function.config.timeout);
  kernel::with_deadline<CodeResult> running(
      scheduler_, deadline,
      run_code(function, {pending, hop.id(), environment.number()}, deadline, init_inside));
  co_await running.ended();
  co_return [&] { return settle(function, pending, {hop, running, environment, started}); };
}

Lambda::Ended Lambda::throttled(const Function& function, kernel::HopScope& hop, Throttle throttle) const {
  tell(function, InvocationFact::Throttled);
  hop.close({.outcome = Outcome::Throttled,
             .status = 429,
             .error = "TooManyRequestsException",
             .response = body_text(throttle)});
  return {Failure::Throttled};
}

/// What the invocation came to; no result is the timeout.
Lambda::Ended Lambda::settle(const Function& function, const Pending& pending,
                             const Attempted& attempted) const {
  std::optional<CodeResult> result = attempted.running.take();
  const auto bytes = static_cast<std::int64_t>(pending.event.payload->size());
  const bool is_timeout = !result;
  if (is_timeout) result = std::unexpected(timed_out(pending.request_id, function.config.timeout));
  tell(function, *result ? InvocationFact::Succeeded : InvocationFact::Failed,
       scheduler_.now() - attempted.started);
  if (logs(function)) {
    Execution execution =
        execution_of(function, pending.request_id, attempted.started, attempted.environment.is_cold());
    log_end({function, attempted.environment.number(), pending.event.event_uuid},
            ended_as(std::move(execution), *result, is_timeout));
  }
  attempted.environment.goes_on_after(*result, is_timeout);
  if (*result) {
    attempted.hop.close(
        {.status = 200, .bytes_sent = bytes, .bytes_received = static_cast<std::int64_t>((*result)->size())});
    Ended ended;
    if (function.config.on_success) ended.response = std::move(**result);
    return ended;
  }
  CodeError error = std::move(result->error());
  const std::string text = is_timeout ? error.type : error.type + ": " + error.message;
  attempted.hop.close({.outcome = is_timeout ? Outcome::Timeout : Outcome::Failed,
                       .status = 200,
                       .error = text,
                       .bytes_sent = bytes});
  return {Failure::FunctionError, std::move(error)};
}

Task<CodeResult> Lambda::run_code(Function& function, const Attempt& attempt, kernel::Timestamp deadline,
                                  Duration init) {
  const Pending& pending = attempt.pending;
  CodeInvocation invocation{.payload = pending.event.payload,
                            .request_id = pending.request_id,
                            .deadline = deadline,
                            .hop = attempt.hop,
                            .function = function.config.name,
                            .trace_header = pending.event.trace_header,
                            .environment = attempt.environment,
                            .event = pending.event.event_uuid,
                            .log_stream = log_stream(function, attempt.environment)};
  return run_code(function, std::move(invocation), init);
}

}  // namespace emulator::lambda
