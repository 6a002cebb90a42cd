#include "middleware/service/api_caller.h"

#include <algorithm>

#include "middleware/core/deadline.h"
#include "middleware/core/server_hints.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/outcome.h"
#include "middleware/kernel/random.h"
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
    result.retry_after = core::retry_after_of(answer->headers, now);
  }
  return result;
}

bool is_done(int status, const std::vector<std::int64_t>& expected) {
  if (expected.empty()) return status < 400;
  return std::ranges::find(expected, status) != expected.end();
}

}  // namespace

ApiCaller::ApiCaller(ApiConfig config, const Surroundings& surroundings)
    : config_(std::move(config)),
      around_(surroundings),
      gate_(config_, around_.scheduler,
            [this](core::BreakerState from, core::BreakerState to, std::string_view why) {
              around_.hops.transition({.kind = "breaker",
                                       .subject = config_.name,
                                       .owner = around_.instance,
                                       .from = to_text(from),
                                       .to = to_text(to),
                                       .why = why});
            }),
      retry_(config_.retry) {
  if (config_.auth) {
    CHECK_THAT(around_.secrets != nullptr, config_.name);
    credentials_ = std::make_unique<Credentials>(
        *config_.auth, config_.name,
        Credentials::Surroundings{around_.scheduler, around_.client, around_.hops, *around_.secrets,
                                  around_.instance});
  }
  if (config_.retry_budget) budget_.emplace(*config_.retry_budget);
}

core::BreakerState ApiCaller::breaker_state() const { return gate_.breaker_state(); }

kernel::HttpRequest ApiCaller::attempt_request(const Call& call, int attempt, kernel::HopId hop) const {
  kernel::HttpRequest request = call.request;
  if (!request.body.empty() && !request.headers.has("Content-Type"))
    request.headers.add("Content-Type", "application/json");
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
    return hop.close({.outcome = kernel::outcome_of(answer.error()),
                      .error = to_text(answer.error()),
                      .bytes_sent = bytes_sent,
                      .request = sent});
  }
  hop.close({.outcome = kernel::outcome_of(answer->status),
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

CallFailure& ApiCaller::failure_of(State& state) {
  if (!state.failure) state.failure = std::make_unique<CallFailure>();
  return *state.failure;
}

void ApiCaller::give_up(State& state, Stop reason) {
  failure_of(state).stop_at(reason);
  end_failed(state);
}

void ApiCaller::end_failed(State& state) {
  state.end = std::make_unique<CallEnd>(std::move(failure_of(state)), state.attempts, state.breaker);
}

kernel::Timestamp ApiCaller::attempt_deadline(const State& state) const {
  return core::try_deadline(around_.scheduler.now(), config_.per_try, state.call.deadline);
}

std::optional<kernel::Task<void>> ApiCaller::admit(State& state, Attempt& attempt) {
  attempt.pass = {};
  if (attempt_deadline(state) <= around_.scheduler.now()) return std::nullopt;
  return gate_.enter(attempt.pass, state.call.deadline - core::kTryMargin - core::kMinUseful);
}

bool ApiCaller::is_admitted(State& state, Attempt& attempt) {
  attempt.started = around_.scheduler.now();
  state.breaker = attempt.pass.breaker();
  if (const Gate::Refusal* refusal = attempt.pass.refusal()) {
    CallFailure& failure = failure_of(state);
    failure.is_open = state.attempts == 0;
    failure.failure = refusal->failure;
    failure.retry_after = std::max(refusal->retry_after, failure.retry_after);
    failure.stop_at(refusal->reason);
    if (refusal->reason == Stop::BreakerOpen) state.breaker = gate_.breaker_state();
    return false;
  }
  if (attempt_deadline(state) > attempt.started) return true;
  failure_of(state).stop_at(Stop::Deadline);
  return false;
}

kernel::Task<kernel::HttpResult> ApiCaller::start(State& state, kernel::HopId hop) const {
  const kernel::Timestamp deadline = attempt_deadline(state);
  kernel::HttpRequest request = attempt_request(state.call, ++state.attempts, hop);
  if (credentials_) return authorized(state, std::move(request), deadline, hop);
  return around_.client.send(std::move(request), deadline);
}

kernel::Task<kernel::HttpResult> ApiCaller::authorized(State& state, kernel::HttpRequest request,
                                                       kernel::Timestamp deadline, kernel::HopId hop) const {
  Credential credential = co_await credentials_->get({std::string(state.call.event), hop}, deadline);
  if (credential.failure) co_return std::move(*credential.failure);
  state.credential = credential.version;
  request.headers.set(credential.name, std::move(credential.value));
  co_return co_await around_.client.send(std::move(request), deadline);
}

/// A token may have been taken back, a secret rotated: that is no failure of the call, so it is made once
/// more at once, whatever the rules of retry say.
bool ApiCaller::is_worth_a_new_credential(State& state, const CallResult& result) const {
  if (!credentials_ || result.status != 401 || state.is_renewed || state.credential == 0) return false;
  credentials_->refused(state.credential);
  state.is_renewed = true;
  return true;
}

ApiCaller::Answer ApiCaller::judge(State& state, const CallResult& result,
                                   const kernel::HttpResult& answer) const {
  if (answer && is_done(answer->status, state.expected)) return Answer::Done;
  CallFailure& failure = failure_of(state);
  failure.last = result;
  failure.failure = core::failure_class(result);
  failure.retry_after = result.retry_after.value_or(kernel::Duration{0});
  if (answer) failure.body = answer->body;
  if (failure.failure == FailureClass::None)
    failure.failure = FailureClass::Permanent;  // not what the step expects
  return failure.failure == FailureClass::Permanent ? Answer::Final : Answer::MayPass;
}

void ApiCaller::end_attempt(State& state, Attempt& attempt, kernel::HopScope& hop, const CallResult& result,
                            kernel::HttpResult answer, const CallNote& note, Answer kind) {
  if (around_.notes != nullptr) around_.notes->note(hop.id(), note);
  close_hop(hop, state.call.request.body, answer);
  const kernel::Timestamp ended = around_.scheduler.now();
  gate_.heed(result, answer);
  attempt.pass.end(sample(result), ended - attempt.started, ended);
  if (kind != Answer::Done) return;
  if (budget_) budget_->succeeded(state.last_retry);
  // Of attempts side by side the first good answer is the call's.
  if (!state.end) state.end = std::make_unique<CallEnd>(std::move(*answer), state.attempts, state.breaker);
}

ApiCaller::Answer ApiCaller::take_answer(State& state, Attempt& attempt, kernel::HopScope& hop,
                                         kernel::Task<kernel::HttpResult>& sent) {
  kernel::HttpResult answer = sent.take();
  const CallResult result = to_result(answer, around_.scheduler.wall_now());
  const Answer kind = judge(state, result, answer);
  const auto breaker = attempt.pass.breaker();
  const CallNote note{.failure_class = kind == Answer::Done ? "" : to_text(state.failure->failure),
                      .breaker = breaker ? to_text(*breaker) : "",
                      .retry_of = "hedge"};
  end_attempt(state, attempt, hop, result, std::move(answer), note, kind);
  return kind;
}

bool ApiCaller::is_over(State& state, Attempt& attempt, kernel::HopScope& hop,
                        kernel::Task<kernel::HttpResult>& sent) {
  kernel::HttpResult answer = sent.take();
  const CallResult result = to_result(answer, around_.scheduler.wall_now());
  const Answer kind = judge(state, result, answer);
  CallNote note{.breaker = state.breaker ? to_text(*state.breaker) : ""};
  if (state.attempts > 1) {
    note.retry_of = state.is_renewing || !state.last_retry ? "credential" : to_text(*state.last_retry);
  }
  bool goes_on = false;
  if (kind != Answer::Done) {
    note.failure_class = to_text(state.failure->failure);
    goes_on = plan_next(state, attempt, note);
  }
  end_attempt(state, attempt, hop, result, std::move(answer), note, kind);
  return !goes_on;
}

bool ApiCaller::plan_next(State& state, Attempt& attempt, CallNote& note) {
  const CallFailure& failure = *state.failure;
  const kernel::Timestamp ended = around_.scheduler.now();
  state.is_renewing = is_worth_a_new_credential(state, failure.last);
  if (state.is_renewing) {
    attempt.next_at = ended;
    note.delay_next = kernel::Duration{0};
    note.delay_source = "credential";
    return true;
  }

  const std::string draw_key = std::string(state.call.event) + state.call.idempotency_key;
  const core::Luck luck{[&](int retry) {
    return kernel::draw_unit(
        {around_.seed, config_.name, draw_key, static_cast<std::uint64_t>(retry), "retry jitter"});
  }};
  const core::Retry& retry = state.call.retry != nullptr ? *state.call.retry : retry_;
  const core::RetryDecision decision =
      retry.after(failure.last, {.number = state.attempts,
                                 .method = state.call.request.method,
                                 .keyed = config_.idempotency_header.has_value(),
                                 .left = state.call.deadline - core::kTryMargin - ended,
                                 .luck = luck});
  // A way back is paid by nobody: it has its own rules.
  core::RetryBudget* budget = budget_ && state.call.retry == nullptr ? &*budget_ : nullptr;
  const bool is_paid = decision.wait && (budget == nullptr || budget->take(failure.failure));
  if (!decision.wait && budget != nullptr && failure.failure != FailureClass::Permanent) budget->failed();
  if (!is_paid) {
    const Stop stop = decision.wait ? Stop::Budget : stop_of(decision.reason);
    note.gave_up = label_of(stop);
    give_up(state, stop);
    return false;
  }
  state.last_retry = failure.failure;
  attempt.next_at = ended + *decision.wait;
  note.delay_next = decision.wait;
  note.delay_source = to_text(decision.source);
  return true;
}

kernel::Task<CallEnd> ApiCaller::call(Call call, const std::vector<std::int64_t>& expected) {
  const bool may_repeat = config_.idempotency_header || core::is_idempotent(call.request.method);
  auto state = std::make_unique<State>(State{.call = std::move(call), .expected = expected});
  // An undo has rules of its own.
  if (config_.hedge && may_repeat && state->call.retry == nullptr) return run_hedged(std::move(state));
  return run(std::move(state));
}

kernel::Task<CallEnd> ApiCaller::run(std::unique_ptr<State> state) {
  for (Attempt attempt;;) {
    if (auto waiting = admit(*state, attempt)) co_await waiting->ended();
    if (!is_admitted(*state, attempt)) {
      end_failed(*state);
      break;
    }
    {
      kernel::HopScope hop = open_hop(state->call, state->attempts + 1);
      auto sending = start(*state, hop.id());
      co_await sending.ended();
      if (is_over(*state, attempt, hop, sending)) break;
    }
    co_await kernel::sleep_until(around_.scheduler, attempt.next_at);
  }
  co_return std::move(*state->end);
}

}  // namespace service
