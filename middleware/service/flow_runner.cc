#include "middleware/service/flow_runner.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/service/flow_run.h"

namespace service {
namespace {

/// Only a step that a later one, its own undo or a callback reads is worth parsing.
bool is_read_later(const FlowConfig& flow, std::size_t index) {
  const std::string& name = flow.steps[index].name;
  const auto reads_answer_of = [](const auto& reader, const std::string& wanted) {
    const auto names = names_read(reader);
    return std::ranges::find(names, wanted) != names.end();
  };
  const auto reads = [&](const auto& reader) { return reads_answer_of(reader, name); };
  const StepConfig* undo = flow.steps[index].undo.get();
  return (undo != nullptr && (reads(*undo) || reads_answer_of(*undo, "answer"))) ||
         std::any_of(flow.steps.begin() + static_cast<std::ptrdiff_t>(index) + 1, flow.steps.end(), reads) ||
         std::any_of(flow.callbacks.begin(), flow.callbacks.end(), reads);
}

}  // namespace

ApiCaller& FlowRunner::caller(const std::string& api) const { return find_caller(callers_, api); }

/// Everything of the call is made here, so that the waiting flow holds none of it.
kernel::Task<CallEnd> FlowRunner::start_call(const FlowConfig& flow, std::size_t index, FlowInput& input,
                                             const Earlier& earlier, kernel::HopId hop) {
  const StepConfig& step = flow.steps[index];
  const StepRequest bound = std::exchange(input.steps[index], {});
  const kernel::TemplateScope scope{.named = &earlier};
  Call call{.event = input.event, .step = hop, .deadline = input.deadline};
  call.request.method = step.method;
  call.request.host = step.api;
  auto filled = fill_request(call.request, bound.path ? *bound.path : step.path, bound.headers,
                             bound.body.is_empty() ? nullptr : &bound.body, scope);
  if (!filled) return unsendable(std::move(filled.error().message));
  call.idempotency_key = step_key(input.event, step.name, step.api);
  return caller(step.api).call(std::move(call), step.expected);
}

void note_read_answers(FlowConfig& flow) {
  for (std::size_t i = 0; i < flow.steps.size(); ++i) {
    StepConfig& step = flow.steps[i];
    step.answer_is_read = is_read_later(flow, i);
    if (!step.block) continue;
    FlowConfig block = *step.block;
    note_read_answers(block);
    step.block = std::make_shared<const FlowConfig>(std::move(block));
  }
}

std::vector<StepRequest> bind_steps(const FlowConfig& flow, const store::Claim& claim,
                                    const kernel::Json& payload, std::string_view text) {
  std::vector<StepRequest> requests;
  requests.reserve(flow.steps.size());
  for (const StepConfig& step : flow.steps) {
    StepRequest& request = requests.emplace_back();
    if (find_done(claim.steps, step.name) != nullptr) continue;
    if (step.path.reads_root())
      request.path = std::make_unique<kernel::TextTemplate>(step.path.bound(payload, text));
    for (const auto& [name, value] : step.headers)
      request.headers.emplace_back(name, value.bound(payload, text));
    if (step.body) request.body = step.body->bound(payload, text);
  }
  return requests;
}

kernel::Task<FlowEnd> FlowRunner::start(const FlowConfig& flow, FlowStart start) {
  if (!is_plain(flow))
    return run_whole(
        std::make_unique<FlowRun>(around_, store_, callers_, handlers_, locks_, flow, std::move(start)));
  FlowInput input{.event = start.event, .cause = start.cause, .deadline = start.deadline};
  input.steps = bind_steps(flow, start.claim, *start.payload, start.text);
  input.fence = start.claim.fence;
  input.journal = std::move(start.claim.steps);
  return run(flow, std::move(input));
}

store::Callbacks FlowRunner::callbacks_of_dead(const FlowConfig& flow, FlowStart start,
                                               const std::string& error) const {
  store::Callbacks callbacks;
  start.callbacks = &callbacks;
  FlowRun(around_, store_, callers_, handlers_, locks_, flow, std::move(start)).tell(EventEnd::Dead, error);
  return callbacks;
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
  if (step.answer_is_read) kernel::add_named(earlier, step.name, journalled->body);
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
  close_step(around_, hop, call);
  if (auto* failure = std::get_if<CallFailure>(&call.result)) {
    end = {FlowState::Failed, std::make_unique<StepFailure>(step.name, std::move(*failure))};
    return std::nullopt;
  }
  auto& response = std::get<kernel::HttpResponse>(call.result);
  store::StepRecord record{.step = step.name, .status = response.status, .body = {}};
  if (step.answer_is_read) {
    kernel::add_named(earlier, step.name, response.body);
    record.body = std::move(response.body);
  }
  return store_.write_step(std::string(input.event), input.fence, std::move(record));
}

}  // namespace service
