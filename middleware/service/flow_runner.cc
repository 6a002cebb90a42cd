#include "middleware/service/flow_runner.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/check.h"
#include "middleware/kernel/ids.h"

namespace service {
namespace {

using kernel::Outcome;

/// Only a step that a later one reads is worth parsing.
bool is_read_later(const FlowConfig& flow, std::size_t index) {
  const std::string& name = flow.steps[index].name;
  return std::any_of(flow.steps.begin() + static_cast<std::ptrdiff_t>(index) + 1, flow.steps.end(),
                     [&name](const StepConfig& later) {
                       const auto reads = [&name](const std::vector<std::string>& steps) {
                         return std::ranges::find(steps, name) != steps.end();
                       };
                       return reads(later.path.names_read()) ||
                              (later.body && reads(later.body->names_read())) ||
                              std::ranges::any_of(
                                  later.headers, [&](const auto& h) { return reads(h.second.names_read()); });
                     });
}

kernel::Json parsed(const std::string& body) {
  auto json = kernel::parse_json(body);
  return json ? std::move(*json) : kernel::Json{};
}

store::StepRecord to_record(const StepConfig& step, kernel::HttpResponse& response) {
  return {.step = step.name, .status = response.status, .body = std::move(response.body)};
}

kernel::HopEnd step_end(const CallEnd& end) {
  if (const auto* response = std::get_if<kernel::HttpResponse>(&end.result)) {
    return {.outcome = Outcome::Ok, .status = response->status};
  }
  const auto& failure = std::get<CallFailure>(end.result);
  Outcome outcome = Outcome::Failed;
  if (failure.reason == "breaker open") outcome = Outcome::Open;
  if (failure.reason == "deadline") outcome = Outcome::Timeout;
  if (failure.failure == core::FailureClass::Permanent) outcome = Outcome::Rejected;
  return {.outcome = outcome, .status = failure.last.status, .error = failure.reason};
}

}  // namespace

ApiCaller& FlowRunner::caller(const std::string& api) const {
  const auto found =
      std::ranges::find_if(callers_, [&api](const ApiCaller* c) { return c->config().name == api; });
  CHECK_THAT(found != callers_.end(), api);
  return **found;
}

/// Everything of the call is made here, so that the waiting flow holds none of it.
kernel::Task<CallEnd> FlowRunner::start_call(const FlowConfig& flow, std::size_t index,
                                             const FlowInput& input, const Earlier& earlier,
                                             kernel::HopId hop) {
  const StepConfig& step = flow.steps[index];
  const StepRequest& bound = input.steps[index];
  const kernel::TemplateScope scope{.named = &earlier};
  Call call{.event = input.event, .step = hop, .deadline = input.deadline};
  call.request.method = step.method;
  call.request.host = step.api;
  call.request.target = bound.path.text(scope);
  for (const auto& [name, value] : bound.headers) call.request.headers.add(name, value.text(scope));
  if (bound.body) {
    call.request.headers.add("Content-Type", "application/json");
    call.request.body = bound.body->render(scope);
  }
  // Derived, not drawn: the same for all attempts, redeliveries and instances (facts/resilience 8).
  call.idempotency_key = kernel::uuid5(input.event, step.name + "\n" + step.api);
  return caller(step.api).call(std::move(call), step.expected);
}

void note_read_answers(FlowConfig& flow) {
  for (std::size_t i = 0; i < flow.steps.size(); ++i) flow.steps[i].answer_is_read = is_read_later(flow, i);
}

std::vector<StepRequest> bind_steps(const FlowConfig& flow, const store::Claim& claim,
                                    const kernel::Json& payload) {
  std::vector<StepRequest> requests;
  requests.reserve(flow.steps.size());
  for (const StepConfig& step : flow.steps) {
    StepRequest& request = requests.emplace_back();
    if (std::ranges::find(claim.steps, step.name, &store::StepRecord::step) != claim.steps.end()) continue;
    request.path = step.path.bound(payload);
    for (const auto& [name, value] : step.headers) request.headers.emplace_back(name, value.bound(payload));
    if (step.body) request.body = step.body->bound(payload);
  }
  return requests;
}

kernel::Task<FlowEnd> FlowRunner::run(const FlowConfig& flow, FlowInput input) {
  Earlier earlier;
  for (std::size_t i = 0; i < flow.steps.size(); ++i) {
    const StepConfig& step = flow.steps[i];
    const auto journalled = std::ranges::find(input.claim.steps, step.name, &store::StepRecord::step);
    if (journalled != input.claim.steps.end()) {
      if (step.answer_is_read) earlier.emplace_back(step.name, parsed(journalled->body));
      continue;
    }
    kernel::HopScope hop(around_.hops, {.stage = kernel::Stage::Step,
                                        .event = input.event,
                                        .parent = input.cause,
                                        .from = around_.instance,
                                        .to = step.api,
                                        .operation = step.name});
    auto calling = start_call(flow, i, input, earlier, hop.id());
    input.steps[i] = {};
    CallEnd end = co_await std::move(calling);
    hop.close(step_end(end));
    if (auto* failure = std::get_if<CallFailure>(&end.result)) {
      co_return FlowEnd{FlowState::Failed, StepFailure{step.name, std::move(*failure)}};
    }
    store::StepRecord record = to_record(step, std::get<kernel::HttpResponse>(end.result));
    if (step.answer_is_read) {
      earlier.emplace_back(step.name, parsed(record.body));
    } else {
      record.body = {};
    }
    const bool ours = co_await store_.step_done(input.event, input.claim.fence, std::move(record));
    if (!ours) co_return FlowEnd{.state = FlowState::TakenOver};
  }
  co_return FlowEnd{};
}

}  // namespace service
