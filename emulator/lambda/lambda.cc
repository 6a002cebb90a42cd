#include "emulator/lambda/lambda.h"

#include <algorithm>

#include "emulator/lambda/execution.h"
#include "emulator/lambda/failure_record.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/ids.h"
#include "middleware/kernel/wait.h"

namespace emulator::lambda {
namespace {

using kernel::Duration;
using kernel::Outcome;
using kernel::Task;
using namespace std::chrono_literals;

constexpr std::size_t kAsyncPayloadMax = 1'048'576;

std::string_view condition_of(GiveUp reason) {
  return reason == GiveUp::RetriesExhausted ? "RetriesExhausted" : "EventAgeExceeded";
}

/// The first 1 KB, whole characters of UTF-8 only.
std::string_view first_kilobyte(std::string_view text) {
  std::size_t size = std::min<std::size_t>(text.size(), 1024);
  while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace

Lambda::Lambda(std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal,
               queues::QueueWriter& queues)
    : scheduler_(scheduler), journal_(journal), queues_(queues), ids_(seed, "lambda request ids") {}

void Lambda::add(FunctionConfig config, FunctionCode& code) {
  CHECK(find(config.name) == nullptr);
  const AsyncRetry retry(config.async);
  const Environments environments(config.concurrency, config.idle_max);
  functions_.push_back(std::make_unique<Function>(Function{.config = std::move(config),
                                                           .code = &code,
                                                           .retry = retry,
                                                           .environments = environments,
                                                           .modified_at = scheduler_.wall_now()}));
}

Lambda::Function* Lambda::find(std::string_view name) const {
  const auto found =
      std::ranges::find(functions_, name, [](const auto& f) { return std::string_view(f->config.name); });
  return found == functions_.end() ? nullptr : found->get();
}

void Lambda::throttle(std::string_view function, bool is_throttled, std::string_view why) {
  Function* found = find(function);
  CHECK(found != nullptr);
  if (std::exchange(found->is_throttled, is_throttled) == is_throttled) return;
  journal_.transition({.kind = "function",
                       .subject = function,
                       .from = is_throttled ? "available" : "throttled",
                       .to = is_throttled ? "throttled" : "available",
                       .why = why});
}

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
  events_.spawn(deliver(*function, std::move(pending)));
  return {};
}

Task<void> Lambda::deliver(Function& function, Pending pending) {
  if (function.config.concurrency == 0) {
    give_up(function.config, pending, "ZeroReservedConcurrency", true);
    co_return;
  }
  while (true) {
    auto attempting = attempt(function, pending);
    co_await attempting.ended();
    const std::optional<Duration> wait = next_after(function, pending, attempting);
    if (!wait) co_return;
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + *wait);
  }
}

/// The wait until the next attempt; nothing when the event has ended, delivered or given up.
std::optional<Duration> Lambda::next_after(Function& function, Pending& pending, Task<Ended>& attempted) {
  Ended ended = attempted.take();
  if (!ended.failure) {
    journal_.ended(pending.event.event_uuid, kernel::End::Delivered, "lambda");
    return std::nullopt;
  }
  const bool was_throttled = *ended.failure != Failure::FunctionError;
  if (!was_throttled) pending.last_error = std::make_unique<const CodeError>(std::move(ended.error));
  int& failures = was_throttled ? pending.throttles : pending.function_errors;
  const RetryDecision decision =
      function.retry.after(*ended.failure, ++failures, scheduler_.now() - pending.accepted_at);
  if (!decision.wait) give_up(function.config, pending, condition_of(decision.condition), was_throttled);
  return decision.wait;
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
  const auto taken = function.is_throttled ? std::nullopt : function.environments.take(scheduler_.now());
  if (!taken) co_return [&hop] { return throttled(hop); };
  ++pending.attempts;
  EnvironmentGuard environment(function.environments, taken->number, scheduler_);
  Duration init_inside{};
  if (taken->is_cold) init_inside = co_await init(function, taken->number);
  const kernel::Timestamp deadline = scheduler_.now() + function.code->on_run_clock(function.config.timeout);
  kernel::with_deadline<CodeResult> running(
      scheduler_, deadline, run_code(function, {pending, hop.id(), taken->number}, deadline, init_inside));
  co_await running.ended();
  co_return [&] { return settle(function.config, pending, hop, running, environment); };
}

Lambda::Ended Lambda::throttled(kernel::HopScope& hop) {
  hop.close({.outcome = Outcome::Throttled, .status = 429, .error = "TooManyRequestsException"});
  return {Failure::Throttled};
}

/// What the invocation came to; no result is the timeout.
Lambda::Ended Lambda::settle(const FunctionConfig& config, const Pending& pending, kernel::HopScope& hop,
                             kernel::with_deadline<CodeResult>& running, EnvironmentGuard& environment) {
  std::optional<CodeResult> result = running.take();
  const auto bytes = static_cast<std::int64_t>(pending.event.payload->size());
  if (!result) {
    CodeError error = timed_out(pending.request_id, config.timeout);
    hop.close({.outcome = Outcome::Timeout, .status = 200, .error = error.type, .bytes_sent = bytes});
    return {Failure::FunctionError, std::move(error)};
  }
  if (!*result) {
    CodeError error = std::move(result->error());
    if (!ends_environment(error)) environment.stays_warm();
    const std::string text = error.type + ": " + error.message;
    hop.close({.outcome = Outcome::Failed, .status = 200, .error = text, .bytes_sent = bytes});
    return {Failure::FunctionError, std::move(error)};
  }
  environment.stays_warm();
  hop.close(
      {.status = 200, .bytes_sent = bytes, .bytes_received = static_cast<std::int64_t>((*result)->size())});
  return {};
}

/// The init of a new environment, on time of its own: what of it is left for the invocation. An init that
/// takes too long is killed and done again there, on the function's own time.
Task<Duration> Lambda::init(Function& function, std::int64_t environment) {
  const Duration cold_start = function.config.cold_start;
  if (cold_start.count() > 0)
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + std::min(cold_start, kInitMax));
  if (function.code->has_init()) {
    const kernel::Timestamp deadline = scheduler_.now() + function.code->on_run_clock(kInitMax);
    co_await kernel::with_deadline<bool>(scheduler_, deadline, function.code->init(environment));
  }
  co_return cold_start > kInitMax ? cold_start : Duration{};
}

Task<CodeResult> Lambda::run_code(Function& function, const Attempt& attempt, kernel::Timestamp deadline,
                                  Duration init) {
  CodeInvocation invocation{.payload = attempt.pending.event.payload,
                            .request_id = attempt.pending.request_id,
                            .deadline = deadline,
                            .hop = attempt.hop,
                            .environment = attempt.environment,
                            .event = attempt.pending.event.event_uuid};
  return run_code(function, std::move(invocation), init);
}

Task<CodeResult> Lambda::run_code(Function& function, CodeInvocation invocation, Duration init) {
  if (init.count() == 0) return function.code->run(std::move(invocation));
  return init_and_run(function, std::move(invocation), init);
}

Task<CodeResult> Lambda::init_and_run(Function& function, CodeInvocation invocation, Duration init) {
  co_await kernel::sleep_until(scheduler_, scheduler_.now() + init);
  co_return co_await function.code->run(std::move(invocation));
}

void Lambda::give_up(const FunctionConfig& config, const Pending& pending, std::string_view condition,
                     bool was_throttled) {
  bool is_kept = false;
  int carriers = 0;  // queues with a consumer, which end the event themselves
  const auto send = [&](const std::string& queue, std::string body, queues::MessageAttributes attributes) {
    const queues::SendResult sent = queues_.send(queue, {.body = std::move(body),
                                                         .attributes = std::move(attributes),
                                                         .event_uuid = pending.event.event_uuid,
                                                         .cause = pending.event.cause,
                                                         .from = "lambda"});
    is_kept = is_kept || sent.accepted();
    carriers += sent.carries_on ? 1 : 0;
  };
  if (config.on_failure) {
    send(*config.on_failure,
         failure_record({.time = scheduler_.wall_now(),
                         .function = config.name,
                         .request_id = pending.request_id,
                         .condition = condition,
                         .invocations = pending.attempts,
                         .payload = pending.event.payload.get(),
                         .error = pending.last_error ? *pending.last_error : CodeError{}}),
         {});
  }
  if (config.dead_letter) {
    // ASSUMPTION: recorded is 200 for a function's own error; for an event that was throttled to its end, or
    // never ran, the status and text of the throttle.
    const std::string_view message =
        was_throttled ? "Rate Exceeded." : std::string_view(pending.last_error->message);
    queues::MessageAttributes attributes = {{"RequestID", pending.request_id},
                                            {"ErrorCode", was_throttled ? "429" : "200", "Number"}};
    // SQS takes no attribute without a value.
    if (!message.empty()) attributes.push_back({"ErrorMessage", std::string(first_kilobyte(message))});
    send(*config.dead_letter, *pending.event.payload, std::move(attributes));
  }
  if (carriers > 0) return journal_.branched(pending.event.event_uuid, carriers - 1);
  const std::string where =
      "lambda: " + std::string(condition) + (is_kept ? "" : ", and nowhere to put the event");
  journal_.ended(pending.event.event_uuid, is_kept ? kernel::End::DeadLettered : kernel::End::Lost, where);
}

}  // namespace emulator::lambda
