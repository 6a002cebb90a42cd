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
  if (result.no_answer) return *result.no_answer == kernel::NoAnswer::Timeout ? Outcome::Timeout : Outcome::NoAnswer;
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

void ApiCaller::close_hop(kernel::HopScope& hop, const std::string& sent, const kernel::HttpResult& answer) const {
  const auto bytes_sent = static_cast<std::int64_t>(sent.size());
  if (!answer) {
    return hop.close({.outcome = answer.error() == kernel::NoAnswer::Timeout ? Outcome::Timeout : Outcome::NoAnswer,
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

kernel::Task<CallEnd> ApiCaller::call(Call call, std::vector<std::int64_t> expected) {
  const std::string operation = call.request.method + " " + call.request.target;
  const bool keyed = config_.idempotency_header.has_value();
  std::optional<FailureClass> last_retry;
  CallFailure failure{.reason = "deadline"};

  for (int attempt = 1;; ++attempt) {
    const kernel::Timestamp started = around_.scheduler.now();
    const kernel::Timestamp deadline = core::try_deadline(started, config_.per_try, call.deadline);
    if (deadline <= started) {
      failure.reason = "deadline";
      co_return CallEnd{std::move(failure), attempt - 1};
    }
    std::optional<core::Breaker::Permit> permit;
    if (breaker_) {
      permit = breaker_->try_acquire(started);
      if (!permit) {
        failure.reason = "breaker open";
        failure.is_open = attempt == 1;
        failure.failure = FailureClass::Transient;
        failure.retry_after = std::max(breaker_->open_left(started), failure.retry_after);
        co_return CallEnd{std::move(failure), attempt - 1};
      }
    }

    kernel::HopScope hop(around_.hops, {.stage = kernel::Stage::Api,
                                        .event = call.event,
                                        .parent = call.step,
                                        .from = around_.instance,
                                        .to = config_.name,
                                        .operation = operation,
                                        .attempt = attempt,
                                        .deadline = call.deadline});
    const kernel::HttpResult answer =
        co_await around_.client.send(attempt_request(call, attempt, hop.id()), deadline);
    const kernel::Timestamp ended = around_.scheduler.now();
    const CallResult result = to_result(answer, around_.scheduler.wall_now());
    close_hop(hop, call.request.body, answer);
    if (permit) permit->record(sample(result), ended - started, ended);

    if (answer && is_done(answer->status, expected)) {
      if (budget_) budget_->succeeded(last_retry);
      co_return CallEnd{*answer, attempt};
    }
    failure.last = result;
    failure.failure = core::failure_class(result);
    failure.retry_after = result.retry_after.value_or(kernel::Duration{0});
    if (answer) failure.body = answer->body;
    if (failure.failure == FailureClass::None) failure.failure = FailureClass::Permanent;  // not what the step expects

    const std::string draw_key = call.event + call.idempotency_key;
    const core::RetryDecision decision = retry_.after(
        result, {.number = attempt,
                 .method = call.request.method,
                 .keyed = keyed,
                 .left = call.deadline - core::kTryMargin - ended,
                 .luck = kernel::draw_unit({around_.seed, config_.name, draw_key, static_cast<std::uint64_t>(attempt),
                                            "retry jitter"})});
    if (!decision.wait) {
      failure.reason = to_text(decision.reason);
      co_return CallEnd{std::move(failure), attempt};
    }
    if (budget_ && !budget_->take(failure.failure)) {
      failure.reason = to_text(core::GiveUp::Budget);
      co_return CallEnd{std::move(failure), attempt};
    }
    last_retry = failure.failure;
    co_await kernel::sleep_until(around_.scheduler, ended + *decision.wait);
  }
}

}  // namespace service
