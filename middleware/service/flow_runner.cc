#include "middleware/service/flow_runner.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/check.h"
#include "middleware/kernel/ids.h"

namespace service {
namespace {

using kernel::Outcome;
using Earlier = std::vector<std::pair<std::string, kernel::Json>>;

/// Only a step that a later one reads is worth parsing.
bool is_read_later(const FlowConfig& flow, std::size_t index) {
  const std::string& name = flow.steps[index].name;
  return std::any_of(flow.steps.begin() + static_cast<std::ptrdiff_t>(index) + 1, flow.steps.end(),
                     [&name](const StepConfig& later) {
                       const auto reads = [&name](const std::vector<std::string>& steps) {
                         return std::ranges::find(steps, name) != steps.end();
                       };
                       return reads(later.path.names_read()) || (later.body && reads(later.body->names_read())) ||
                              std::ranges::any_of(later.headers,
                                                  [&](const auto& h) { return reads(h.second.names_read()); });
                     });
}

kernel::Json parsed(const std::string& body) {
  auto json = kernel::parse_json(body);
  return json ? std::move(*json) : kernel::Json{};
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
  const auto found = std::ranges::find_if(callers_, [&api](const ApiCaller* c) { return c->config().name == api; });
  CHECK_THAT(found != callers_.end(), api);
  return **found;
}

kernel::Task<CallEnd> FlowRunner::run_step(const StepConfig& step, const FlowInput& input, const Earlier& earlier) {
  const kernel::TemplateScope scope{.root = input.payload.get(), .named = &earlier};
  Call call{.event = input.event, .deadline = input.deadline};
  call.request.method = step.method;
  call.request.host = step.api;
  call.request.target = step.path.text(scope);
  for (const auto& [name, value] : step.headers) call.request.headers.add(name, value.text(scope));
  if (step.body) {
    call.request.headers.add("Content-Type", "application/json");
    call.request.body = step.body->render(scope);
  }
  // Derived, not drawn: the same for all attempts, redeliveries and instances (facts/resilience 8).
  call.idempotency_key = kernel::uuid5(input.event, step.name + "\n" + step.api);

  kernel::HopScope hop(around_.hops, {.stage = kernel::Stage::Step,
                                      .event = input.event,
                                      .parent = input.cause,
                                      .from = around_.instance,
                                      .to = step.api,
                                      .operation = step.name});
  call.step = hop.id();
  CallEnd end = co_await caller(step.api).call(std::move(call), step.expected);
  hop.close(step_end(end));
  co_return end;
}

kernel::Task<FlowEnd> FlowRunner::run(const FlowConfig& flow, FlowInput input) {
  Earlier earlier;
  for (std::size_t i = 0; i < flow.steps.size(); ++i) {
    const StepConfig& step = flow.steps[i];
    const auto journalled = std::ranges::find(input.claim.steps, step.name, &store::StepRecord::step);
    if (journalled != input.claim.steps.end()) {
      if (is_read_later(flow, i)) earlier.emplace_back(step.name, parsed(journalled->body));
      continue;
    }
    CallEnd end = co_await run_step(step, input, earlier);
    if (auto* failure = std::get_if<CallFailure>(&end.result)) {
      co_return FlowEnd{FlowState::Failed, StepFailure{step.name, std::move(*failure)}};
    }
    auto& response = std::get<kernel::HttpResponse>(end.result);
    const bool keep = is_read_later(flow, i);
    if (keep) earlier.emplace_back(step.name, parsed(response.body));
    const bool ours = co_await store_.step_done(
        input.event, input.claim.fence,
        {.step = step.name, .status = response.status, .body = keep ? std::move(response.body) : std::string{}});
    if (!ours) co_return FlowEnd{.state = FlowState::TakenOver};
  }
  co_return FlowEnd{};
}

}  // namespace service
