// The way back of a flow: facts/resilience 10.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/check.h"
#include "middleware/service/flow_run_parts.h"

namespace service {
namespace {

using store::StepState;

/// Instead of the API's own: 8 attempts, base 1 s, cap 60 s.
const core::Retry& undo_retry() {
  static const core::Retry retry({.attempts_max = kUndoAttempts,
                                  .base = std::chrono::seconds{1},
                                  .throttled_base = std::chrono::seconds{1},
                                  .wait_max = std::chrono::seconds{60}});
  return retry;
}

bool may_have_happened(const store::StepRecord* record) {
  return record != nullptr && record->state != StepState::Undone;
}

}  // namespace

bool FlowRun::has_something_to_undo() const {
  return std::ranges::any_of(flow_.steps, [this](const StepConfig& step) {
    if (step.undo == nullptr) return false;
    const std::string items = step.name + "[";
    return std::ranges::any_of(start_.claim.steps, [&](const store::StepRecord& record) {
      return step.for_each ? record.step.starts_with(items) : record.step == step.name;
    });
  });
}

kernel::Result<std::vector<FlowRun::Unit>> FlowRun::units_to_undo() const {
  std::vector<Unit> all;
  for (const StepConfig& step : flow_.steps) {
    if (step.undo == nullptr) continue;
    const std::string first = step.for_each ? step.name + "[" : step.name;
    const bool any = std::ranges::any_of(start_.claim.steps, [&first](const store::StepRecord& record) {
      return record.step.starts_with(first) && may_have_happened(&record);
    });
    if (!any) continue;
    auto of_step = units(step);
    if (!of_step) return std::unexpected(of_step.error());
    for (Unit& unit : *of_step) {
      if (may_have_happened(find(unit.name))) all.push_back(std::move(unit));
    }
  }
  return all;
}

void FlowRun::recall_answers() {
  named_.clear();
  for (const StepConfig& step : flow_.steps) {
    if (!step.answer_is_read) continue;
    if (!step.for_each) {
      if (const auto* record = find(step.name); record != nullptr && !record->body.empty())
        kernel::add_named(named_, step.name, record->body);
      continue;
    }
    std::string list = "[";
    for (std::size_t i = 0;; ++i) {
      const auto* record = find(step.name + "[" + std::to_string(i) + "]");
      if (record == nullptr) break;
      if (i > 0) list += ',';
      list += record->body.empty() ? "null" : record->body;
    }
    kernel::add_named(named_, step.name, list + "]");
  }
}

std::unique_ptr<StepFailure> FlowRun::cause_of_compensation() const {
  const store::StepRecord* record = find(kCompensation);
  CHECK(record != nullptr);
  const auto why = kernel::parse_json(record->body);
  auto failure = std::make_unique<StepFailure>();
  if (why) {
    failure->step = kernel::json_text_at(*why, "/step");
    failure->call.reason = kernel::json_text_at(*why, "/reason");
  }
  failure->call.last.status = record->status;
  failure->call.failure = core::FailureClass::Permanent;
  return failure;
}

kernel::Task<FlowEnd> FlowRun::compensate() {
  recall_answers();
  auto todo = units_to_undo();
  std::unique_ptr<StepFailure> refused;
  if (!todo) {
    refused = std::make_unique<StepFailure>(
        "undo", CallFailure{.reason = todo.error().message, .failure = core::FailureClass::Permanent});
    todo.emplace();
  }
  for (auto unit = todo->rbegin(); unit != todo->rend(); ++unit) {
    UnitEnd end = co_await undo_unit(std::move(*unit));
    if (end.state == FlowState::Done) continue;
    if (end.state == FlowState::TakenOver) co_return FlowEnd{FlowState::TakenOver};
    if (end.failure->call.failure != core::FailureClass::Permanent)
      co_return FlowEnd{FlowState::Compensating, std::move(end.failure)};
    if (!refused) refused = std::move(end.failure);  // the others are undone all the same
  }
  if (!refused) co_return FlowEnd{FlowState::Compensated, cause_of_compensation()};
  around_.hops.log({.level = kernel::LogLevel::Error,
                    .source = around_.instance,
                    .message = "compensation failed: " + failure_text(*refused),
                    .event = start_.event});
  co_return FlowEnd{FlowState::CompensationFailed, std::move(refused)};
}

kernel::Task<CallEnd> FlowRun::undo_call(const Unit& unit, kernel::HopId hop) const {
  const StepConfig& undo = *unit.step.undo;
  Call call{.event = start_.event, .step = hop, .retry = &undo_retry()};
  call.deadline = around_.scheduler.now() + flow_.undo_deadline;
  call.request.method = undo.method;
  call.request.host = undo.api;
  Unit own{unit.step, unit.name, unit.item};
  if (const auto* record = find(unit.name); record != nullptr && !record->body.empty())
    kernel::add_named(own.item, "answer", record->body);
  const auto filled =
      fill_request(call.request, undo.path, undo.headers, undo.body ? &*undo.body : nullptr, scope(own));
  if (!filled) return unsendable(filled.error().message);
  call.idempotency_key = step_key(start_.event, "undo " + unit.name, undo.api);
  return find_caller(callers_, undo.api).call(std::move(call), undo.expected);
}

kernel::Task<FlowRun::UnitEnd> FlowRun::undo_unit(Unit unit) {
  const std::string name = "undo " + unit.name;
  kernel::HopScope hop = open_hop(*unit.step.undo, name);
  CallEnd end = co_await undo_call(unit, hop.id());
  const bool is_gone = is_not_found(end);
  close_undo(around_, hop, end);
  if (auto* failure = std::get_if<CallFailure>(&end.result); failure != nullptr && !is_gone)
    co_return unit_failed(name, std::move(*failure));
  store::StepRecord record = *find(unit.name);  // with its answer: what earlier undos read
  record.state = StepState::Undone;
  const bool ours = co_await write(std::move(record));
  co_return UnitEnd{ours ? FlowState::Done : FlowState::TakenOver};
}

}  // namespace service
