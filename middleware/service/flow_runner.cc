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

/// Null when the journal does not hold it as done.
const store::StepRecord* find_done(const std::vector<store::StepRecord>& journal, const std::string& step) {
  const auto found = std::ranges::find(journal, step, &store::StepRecord::step);
  return found == journal.end() || found->state != store::StepState::Done ? nullptr : &*found;
}

kernel::HopEnd step_end(const CallEnd& end) {
  if (const auto* response = std::get_if<kernel::HttpResponse>(&end.result)) {
    return {.outcome = Outcome::Ok, .status = response->status};
  }
  const auto& failure = std::get<CallFailure>(end.result);
  Outcome outcome = Outcome::Failed;
  if (failure.reason == "breaker open") outcome = Outcome::Open;
  if (failure.reason == "deadline") outcome = Outcome::Timeout;
  if (failure.reason == "rate limit" || failure.reason.starts_with("concurrency")) outcome = Outcome::Throttled;
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
kernel::Task<CallEnd> FlowRunner::start_call(const FlowConfig& flow, std::size_t index, FlowInput& input,
                                             const Earlier& earlier, kernel::HopId hop) {
  const StepConfig& step = flow.steps[index];
  const StepRequest bound = std::exchange(input.steps[index], {});
  const kernel::TemplateScope scope{.named = &earlier};
  Call call{.event = input.event, .step = hop, .deadline = input.deadline};
  call.request.method = step.method;
  call.request.host = step.api;
  call.request.target = (bound.path ? *bound.path : step.path).text(scope);
  for (const auto& [name, value] : bound.headers) call.request.headers.add(name, value.text(scope));
  if (!bound.body.is_empty()) call.request.body = bound.body.render(scope);
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
    if (find_done(claim.steps, step.name) != nullptr) continue;
    if (step.path.reads_root())
      request.path = std::make_unique<kernel::TextTemplate>(step.path.bound(payload));
    for (const auto& [name, value] : step.headers) request.headers.emplace_back(name, value.bound(payload));
    if (step.body) request.body = step.body->bound(payload);
  }
  return requests;
}

kernel::Task<FlowEnd> FlowRunner::run(const FlowConfig& flow, FlowInput input) {
  Earlier earlier;
  FlowEnd end;
  for (std::size_t i = 0; i < flow.steps.size(); ++i) {
    const StepConfig& step = flow.steps[i];
    if (recall(step, input, earlier)) continue;
    kernel::HopScope hop = open_hop(step, input);
    auto calling = start_call(flow, i, input, earlier, hop.id());
    co_await calling.ended();
    auto keeping = keep(step, input, hop, calling, earlier, end);
    if (!keeping) break;
    const bool ours = co_await std::move(*keeping);
    if (!ours) {
      end.state = FlowState::TakenOver;
      break;
    }
  }
  co_return std::move(end);
}

bool FlowRunner::recall(const StepConfig& step, const FlowInput& input, Earlier& earlier) {
  const store::StepRecord* journalled = find_done(input.journal, step.name);
  if (journalled == nullptr) return false;
  if (step.answer_is_read) earlier.emplace_back(step.name, parsed(journalled->body));
  return true;
}

kernel::HopScope FlowRunner::open_hop(const StepConfig& step, const FlowInput& input) const {
  return {around_.hops,
          {.stage = kernel::Stage::Step,
           .event = input.event,
           .parent = input.cause,
           .from = around_.instance,
           .to = step.api,
           .operation = step.name}};
}

std::optional<kernel::Task<bool>> FlowRunner::keep(const StepConfig& step, const FlowInput& input,
                                                   kernel::HopScope& hop, kernel::Task<CallEnd>& called,
                                                   Earlier& earlier, FlowEnd& end) {
  CallEnd call = called.take();
  hop.close(step_end(call));
  if (auto* failure = std::get_if<CallFailure>(&call.result)) {
    end = {FlowState::Failed, std::make_unique<StepFailure>(step.name, std::move(*failure))};
    return std::nullopt;
  }
  auto& response = std::get<kernel::HttpResponse>(call.result);
  store::StepRecord record{.step = step.name, .status = response.status, .body = {}};
  if (step.answer_is_read) {
    earlier.emplace_back(step.name, parsed(response.body));
    record.body = std::move(response.body);
  }
  return store_.write_step(std::string(input.event), input.fence, std::move(record));
}

}  // namespace service
