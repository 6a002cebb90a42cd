#include "middleware/service/api_caller.h"

#include <algorithm>

#include "middleware/core/deadline.h"
#include "middleware/kernel/wait.h"

namespace service {
namespace {

using core::CallResult;
using core::FailureClass;
using kernel::Outcome;

CallResult to_result(const kernel::HttpResult& answer, kernel::WallTime now) {
  if (!answer) return {.no_answer = answer.error()};
  CallResult result{.status = answer->status};
  if (answer->status == 429 || answer->status == 503 || answer->status == 413) {
    result.retry_after = core::parse_retry_after(answer->headers.get("Retry-After"), now);
  }
  return result;
}

Outcome outcome_of(const CallResult& result) {
  if (result.no_answer)
    return *result.no_answer == kernel::NoAnswer::Timeout ? Outcome::Timeout : Outcome::NoAnswer;
  if (result.status == 429) return Outcome::Throttled;
  if (result.status >= 500) return Outcome::Failed;
  return result.status >= 400 ? Outcome::Rejected : Outcome::Ok;
}

bool is_done(int status, const std::vector<std::int64_t>& expected) {
  if (expected.empty()) return status < 400;
  return std::ranges::find(expected, status) != expected.end();
}

}  // namespace

ApiCaller::ApiCaller(ApiConfig config, const Surroundings& surroundings)
    : config_(std::move(config)), around_(surroundings), retry_(config_.retry) {
  if (config_.retry_budget) budget_.emplace(*config_.retry_budget);
  if (!config_.breaker) return;
  breaker_ = std::make_unique<core::Breaker>(
      *config_.breaker, [this](core::BreakerState from, core::BreakerState to, std::string_view why) {
        around_.hops.transition({.kind = "breaker",
                                 .subject = config_.name,
                                 .owner = around_.instance,
                                 .from = to_text(from),
                                 .to = to_text(to),
                                 .why = why});
      });
}

core::BreakerState ApiCaller::breaker_state() const {
  return breaker_ ? breaker_->state(around_.scheduler.now()) : core::BreakerState::Closed;
}

kernel::HttpRequest ApiCaller::attempt_request(const Call& call, int attempt, kernel::HopId hop) const {
  kernel::HttpRequest request = call.request;
  request.headers.add("traceparent", kernel::traceparent(call.event, hop));
  if (config_.idempotency_header) request.headers.add(*config_.idempotency_header, call.idempotency_key);
  request.headers.add("X-Attempt", std::to_string(attempt));
  return request;
}

core::Sample ApiCaller::sample(const CallResult& result) const {
  if (result.no_answer) return core::Sample::Failed;
  const bool throttled = core::failure_class(result) == FailureClass::Throttled;
  if (throttled) return config_.breaker_counts_throttles ? core::Sample::Failed : core::Sample::Success;
  return result.status >= 500 && result.status != 501 && result.status != 505 ? core::Sample::Failed
                                                                              : core::Sample::Success;
}

void ApiCaller::close_hop(kernel::HopScope& hop, const std::string& sent,
                          const kernel::HttpResult& answer) const {
  const auto bytes_sent = static_cast<std::int64_t>(sent.size());
  if (!answer) {
    return hop.close(
        {.outcome = answer.error() == kernel::NoAnswer::Timeout ? Outcome::Timeout : Outcome::NoAnswer,
         .error = to_text(answer.error()),
         .bytes_sent = bytes_sent,
         .request = sent});
  }
  hop.close({.outcome = outcome_of({.status = answer->status}),
             .status = answer->status,
             .bytes_sent = bytes_sent,
             .bytes_received = static_cast<std::int64_t>(answer->body.size()),
             .request = sent,
             .response = answer->body});
}

kernel::HopScope ApiCaller::open_hop(const Call& call, int attempt) const {
  const std::string operation = call.request.method + " " + call.request.target;
  return {around_.hops,
          {.stage = kernel::Stage::Api,
           .event = call.event,
           .parent = call.step,
           .from = around_.instance,
           .to = config_.name,
           .operation = operation,
           .attempt = attempt,
           .deadline = call.deadline}};
}

bool ApiCaller::admit(State& state, Attempt& attempt) {
  attempt.started = around_.scheduler.now();
  attempt.deadline = core::try_deadline(attempt.started, config_.per_try, state.call.deadline);
  if (attempt.deadline <= attempt.started) {
    state.failure.reason = "deadline";
    return false;
  }
  if (!breaker_) return true;
  attempt.permit = breaker_->try_acquire(attempt.started);
  if (attempt.permit) return true;
  state.failure.reason = "breaker open";
  state.failure.is_open = attempt.number == 1;
  state.failure.failure = FailureClass::Transient;
  state.failure.retry_after = std::max(breaker_->open_left(attempt.started), state.failure.retry_after);
  return false;
}

bool ApiCaller::is_over(State& state, Attempt& attempt, const kernel::HttpResult& answer) {
  const kernel::Timestamp ended = around_.scheduler.now();
  const CallResult result = to_result(answer, around_.scheduler.wall_now());
  if (attempt.permit) attempt.permit->record(sample(result), ended - attempt.started, ended);
  if (answer && is_done(answer->status, state.expected)) {
    if (budget_) budget_->succeeded(state.last_retry);
    state.is_done = true;
    return true;
  }
  CallFailure& failure = state.failure;
  failure.last = result;
  failure.failure = core::failure_class(result);
  failure.retry_after = result.retry_after.value_or(kernel::Duration{0});
  if (answer) failure.body = answer->body;
  if (failure.failure == FailureClass::None)
    failure.failure = FailureClass::Permanent;  // not what the step expects

  const std::string draw_key = state.call.event + state.call.idempotency_key;
  const core::RetryDecision decision = retry_.after(
      result, {.number = attempt.number,
               .method = state.call.request.method,
               .keyed = config_.idempotency_header.has_value(),
               .left = state.call.deadline - core::kTryMargin - ended,
               .luck = kernel::draw_unit({around_.seed, config_.name, draw_key,
                                          static_cast<std::uint64_t>(attempt.number), "retry jitter"})});
  if (!decision.wait) {
    failure.reason = to_text(decision.reason);
    return true;
  }
  if (budget_ && !budget_->take(failure.failure)) {
    failure.reason = to_text(core::GiveUp::Budget);
    return true;
  }
  state.last_retry = failure.failure;
  attempt.next_at = ended + *decision.wait;
  return false;
}

// The decisions are made in plain functions: what they need only for a moment is not kept through the waits.
kernel::Task<CallEnd> ApiCaller::call(Call call, std::vector<std::int64_t> expected) {
  State state{.call = std::move(call), .expected = std::move(expected)};
  state.failure.reason = "deadline";
  for (Attempt attempt{.number = 1};; attempt = {.number = attempt.number + 1}) {
    if (!admit(state, attempt)) co_return CallEnd{std::move(state.failure), attempt.number - 1};
    {
      kernel::HopScope hop = open_hop(state.call, attempt.number);
      auto sending =
          around_.client.send(attempt_request(state.call, attempt.number, hop.id()), attempt.deadline);
      kernel::HttpResult answer = co_await std::move(sending);
      close_hop(hop, state.call.request.body, answer);
      if (is_over(state, attempt, answer)) {
        if (state.is_done) co_return CallEnd{std::move(*answer), attempt.number};
        co_return CallEnd{std::move(state.failure), attempt.number};
      }
    }
    co_await kernel::sleep_until(around_.scheduler, attempt.next_at);
  }
}

}  // namespace service
