#include "middleware/service/flow_run.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "middleware/kernel/check.h"
#include "middleware/kernel/wait.h"
#include "middleware/service/callbacks.h"
#include "middleware/service/flow_run_parts.h"

namespace service {
namespace {

/// `${response/status}` and `${response/headers/location}` of an output.
kernel::Json response_value(const kernel::HttpResponse& response) {
  kernel::Json value = kernel::Json::object();
  value["status"] = response.status;
  value["headers"] = kernel::Json::object();
  for (const auto& [name, text] : response.headers) {
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    value["headers"][lower] = text;
  }
  return value;
}

/// Only what may hold a fraction is looked for in the text of the list, which takes as long as that is.
void add_item(kernel::NamedValues& values, const std::string& name, const kernel::Json& item,
              const std::string& list, std::size_t index) {
  if (item.is_structured() || item.is_number_float()) {
    kernel::add_named(values, name, kernel::json_slice(list, "/" + std::to_string(index)).value_or("null"));
  } else {
    values.emplace_back(name, item);
  }
}

std::size_t end_of_group(const FlowConfig& flow, std::size_t first) {
  std::size_t last = first + 1;
  const int group = flow.steps[first].group;
  while (group != 0 && last < flow.steps.size() && flow.steps[last].group == group) ++last;
  return last;
}

}  // namespace

FlowRun::FlowRun(const Surroundings& surroundings, store::Store& store,
                 const std::vector<ApiCaller*>& callers, const StepHandlers& handlers, RecordLocks& locks,
                 const FlowConfig& flow, FlowStart start)
    : around_(surroundings),
      store_(store),
      callers_(callers),
      handlers_(handlers),
      locks_(locks),
      flow_(flow),
      start_(std::move(start)),
      payload_(std::move(start_.payload)),
      text_(std::make_shared<const std::string>(std::move(start_.text))),
      deadline_is_own_(start_.deadline >= surroundings.scheduler.now() + flow.deadline) {}

kernel::Task<FlowEnd> run_whole(std::unique_ptr<FlowRun> run) {
  FlowEnd end = co_await run->run();
  if (const auto told = end_of(end.state)) run->tell(*told, end.failure ? failure_text(*end.failure) : "");
  co_return std::move(end);
}

void FlowRun::tell(EventEnd end, const std::string& error) {
  if (start_.callbacks == nullptr) return;
  recall_answers();
  *start_.callbacks = callbacks_of(flow_,
                                   {.end = end,
                                    .event = start_.event,
                                    .cause = start_.cause,
                                    .error = error,
                                    .at = around_.scheduler.wall_now()},
                                   {.root = payload_.get(), .named = &named_, .root_text = *text_});
}

kernel::TemplateScope FlowRun::scope(const Unit& unit) const {
  return {.root = payload_.get(), .named = &named_, .nearer = &unit.item, .root_text = *text_};
}

const store::StepRecord* FlowRun::find(std::string_view name) const {
  const auto found = std::ranges::find(start_.claim.steps, name, &store::StepRecord::step);
  return found == start_.claim.steps.end() ? nullptr : &*found;
}

kernel::Task<bool> FlowRun::write(store::StepRecord record) {
  const auto found = std::ranges::find(start_.claim.steps, record.step, &store::StepRecord::step);
  if (found == start_.claim.steps.end()) {
    start_.claim.steps.push_back(record);
  } else {
    *found = record;
  }
  return store_.write_step(std::string(start_.event), start_.claim.fence, std::move(record));
}

kernel::HopScope FlowRun::open_hop(const StepConfig& step, const std::string& name) const {
  return {around_.hops,
          {.stage = kernel::Stage::Step,
           .event = start_.event,
           .parent = start_.cause,
           .from = around_.instance,
           .to = step.handler.empty() ? std::string_view(step.api) : std::string_view(step.handler),
           .operation = name}};
}

FlowRun::UnitEnd FlowRun::unit_failed(const std::string& name, CallFailure failure) {
  return {.state = FlowState::Failed, .failure = std::make_unique<StepFailure>(name, std::move(failure))};
}

kernel::Task<FlowEnd> FlowRun::run() {
  if (has_something_to_undo() && find(kCompensation) != nullptr) co_return co_await compensate();
  if (flow_.when) {
    const auto holds = flow_.when->holds({.root = payload_.get(), .root_text = *text_});
    if (!holds) {
      auto failure = std::make_unique<StepFailure>("when", refusal(holds.error().message));
      co_return FlowEnd{FlowState::Failed, std::move(failure)};
    }
    if (!*holds) co_return FlowEnd{};
  }
  if (!flow_.skip.empty()) co_return skip();
  co_return co_await run_all_steps();
}

FlowEnd FlowRun::skip() const {
  kernel::HopScope hop = open_hop({}, "skip");
  hop.close({.outcome = kernel::Outcome::Filtered, .error = flow_.skip});
  return {};
}

kernel::Task<FlowEnd> FlowRun::run_all_steps() {
  for (std::size_t first = 0, last = 0; first < flow_.steps.size(); first = last) {
    last = end_of_group(flow_, first);
    UnitEnd end = co_await run_steps(first, last);
    if (end.state == FlowState::TakenOver) co_return FlowEnd{FlowState::TakenOver};
    if (end.state == FlowState::Failed) co_return co_await failed(std::move(end.failure));
    is_behind_pivot_ = is_behind_pivot_ || (flow_.steps[first].pivot && !end.is_skipped);
  }
  co_return FlowEnd{};
}

/// Side by side if they are several. A failure lets the others end; one that is for good counts before one
/// that may pass.
kernel::Task<FlowRun::UnitEnd> FlowRun::run_steps(std::size_t first, std::size_t last) {
  std::vector<kernel::Task<UnitEnd>> running;
  for (std::size_t i = first; i < last; ++i) running.push_back(run_step(i));
  std::vector<UnitEnd> ends = co_await kernel::all_of<UnitEnd>(std::move(running));
  UnitEnd* worst = &ends.front();
  for (UnitEnd& end : ends) {
    const auto rank = [](const UnitEnd& e) {
      if (e.state == FlowState::TakenOver) return 3;
      if (e.state == FlowState::Done) return 0;
      return e.failure->call.failure == core::FailureClass::Permanent ? 2 : 1;
    };
    if (rank(end) > rank(*worst)) worst = &end;
  }
  if (worst->state != FlowState::Done) co_return std::move(*worst);
  UnitEnd all{.is_skipped = ends.front().is_skipped};
  keep(first, std::move(ends));
  co_return std::move(all);
}

void FlowRun::keep(std::size_t first, std::vector<UnitEnd> ends) {
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const StepConfig& step = flow_.steps[first + i];
    if (step.answer_is_read && !ends[i].is_skipped) kernel::add_named(named_, step.name, ends[i].answer);
  }
}

std::optional<FlowRun::UnitEnd> FlowRun::skipped(const StepConfig& step) const {
  if (!step.when) return std::nullopt;
  const Unit whole{step, step.name};
  const auto holds = step.when->holds(scope(whole));
  if (holds && *holds) return std::nullopt;
  kernel::HopScope hop = open_hop(step, prefix_ + step.name);
  if (holds) {
    hop.close({.outcome = kernel::Outcome::Filtered, .error = "when"});
    return UnitEnd{.is_skipped = true};
  }
  hop.close({.outcome = kernel::Outcome::Rejected, .error = holds.error().message});
  return unit_failed(prefix_ + step.name, refusal("when: " + holds.error().message));
}

kernel::Task<FlowRun::UnitEnd> FlowRun::run_step(std::size_t index) {
  const StepConfig& step = flow_.steps[index];
  if (auto end = skipped(step)) co_return std::move(*end);
  if (step.for_each || step.block) co_return co_await run_items(index);
  co_return co_await run_unit({step, prefix_ + step.name});
}

kernel::Result<std::vector<FlowRun::Unit>> FlowRun::units(const StepConfig& step) const {
  std::vector<Unit> units;
  if (!step.for_each) {
    units.push_back({step, prefix_ + step.name});
    auto name = unit_name(units.front(), units.front().name);
    if (!name) return std::unexpected(name.error());
    units.front().name = std::move(*name);
    return units;
  }
  const Unit whole{step, step.name};
  const auto text = step.for_each->in.json(scope(whole));
  if (!text) return std::unexpected(text.error());
  const auto list = kernel::parse_json(*text);
  if (!list || !list->is_array())
    return kernel::invalid("for_each wants a list, found " + text->substr(0, 60));
  if (list->size() > static_cast<std::size_t>(step.for_each->items_max))
    return kernel::invalid("for_each has " + std::to_string(list->size()) + " items, more than " +
                           std::to_string(step.for_each->items_max));
  std::set<std::string> names;
  for (std::size_t i = 0; i < list->size(); ++i) {
    Unit unit{step, prefix_ + step.name};
    add_item(unit.item, step.for_each->as, (*list)[i], *text, i);
    unit.item.emplace_back("each", kernel::Json{{"index", i}, {"count", list->size()}});
    auto name = unit_name(unit, unit.name + "[" + std::to_string(i) + "]");
    if (!name) return std::unexpected(name.error());
    // A record that is named twice is one record.
    if (!names.insert(*name).second) continue;
    unit.name = std::move(*name);
    units.push_back(std::move(unit));
  }
  return units;
}

kernel::Task<FlowRun::UnitEnd> FlowRun::run_items(std::size_t index) {
  const StepConfig& step = flow_.steps[index];
  auto all = units(step);
  if (!all) co_return unit_failed(prefix_ + step.name, refusal(all.error().message));
  auto items = std::make_shared<Items>(step, std::move(*all));
  items->ends.resize(items->units.size());
  std::vector<kernel::Task<UnitEnd>> workers;
  const std::int64_t at_once = step.for_each ? step.for_each->at_once : 1;
  const auto count = std::min(items->units.size(), static_cast<std::size_t>(at_once));
  for (std::size_t i = 0; i < count; ++i) workers.push_back(run_next_items(items));
  co_await kernel::all_of<UnitEnd>(std::move(workers));
  UnitEnd end{.answer = "["};
  for (UnitEnd& one : items->ends) {
    if (one.state != FlowState::Done) co_return std::move(one);
    if (end.answer.size() > 1) end.answer += ',';
    end.answer += one.answer.empty() ? "null" : one.answer;
  }
  end.answer += ']';
  co_return std::move(end);
}

/// One of several that take the next item in turn.
kernel::Task<FlowRun::UnitEnd> FlowRun::run_next_items(std::shared_ptr<Items> items) {
  while (!items->one_failed && items->next < items->units.size()) {
    const std::size_t mine = items->next++;
    items->ends[mine] = co_await run_unit(std::move(items->units[mine]));
    items->one_failed = items->one_failed || items->ends[mine].state != FlowState::Done;
  }
  co_return UnitEnd{};
}

kernel::Task<FlowRun::UnitEnd> FlowRun::run_unit(Unit unit) {
  if (const store::StepRecord* done = find_done(start_.claim.steps, unit.name))
    co_return UnitEnd{.answer = done->body};
  if (unit.step.block) {
    std::unique_ptr<FlowRun> run(new FlowRun(*this, unit));
    co_return co_await run_block(std::move(run), std::move(unit.name));
  }
  kernel::HopScope hop = open_hop(unit.step, unit.name);
  auto calling = !unit.step.handler.empty() ? handle_call(unit)
                 : unit.step.pages          ? call_pages(unit, hop.id())
                                            : do_call(unit, hop.id());
  // Written down before it is done: an answer that never comes leaves something to undo.
  if (unit.step.undo != nullptr && find(unit.name) == nullptr) {
    if (!co_await write({.step = unit.name, .state = store::StepState::Intended, .body = {}}))
      co_return UnitEnd{FlowState::TakenOver};
  }
  CallEnd end = co_await std::move(calling);
  close_step(around_, hop, end);
  if (auto* failure = std::get_if<CallFailure>(&end.result))
    co_return unit_failed(unit.name, std::move(*failure));
  auto& response = std::get<kernel::HttpResponse>(end.result);
  auto text = answer(unit, response);
  if (!text) co_return unit_failed(unit.name, refusal("output: " + text.error().message));
  if (!unit.step.answer_is_read) text->clear();
  if (unit.step.is_fresh) co_return UnitEnd{.answer = std::move(*text)};
  const bool ours = co_await write(
      {.step = unit.name, .state = store::StepState::Done, .status = response.status, .body = *text});
  if (!ours) co_return UnitEnd{FlowState::TakenOver};
  co_return UnitEnd{.answer = std::move(*text)};
}

kernel::Result<std::string> FlowRun::answer(const Unit& unit, const kernel::HttpResponse& response) const {
  if (!unit.step.output) return response.body;
  kernel::NamedValues nearer = unit.item;
  kernel::add_named(nearer, "answer", response.body);
  nearer.emplace_back("response", response_value(response));
  return unit.step.output->filled(
      {.root = payload_.get(), .named = &named_, .nearer = &nearer, .root_text = *text_});
}

kernel::Task<CallEnd> FlowRun::do_call(const Unit& unit, kernel::HopId hop) const {
  const StepConfig& step = unit.step;
  Call call{.event = start_.event, .step = hop, .deadline = start_.deadline};
  call.request.method = step.method;
  call.request.host = step.api;
  const auto filled =
      fill_request(call.request, step.path, step.headers, step.body ? &*step.body : nullptr, scope(unit));
  if (!filled) return unsendable(filled.error().message);
  call.idempotency_key = step_key(start_.event, unit.name, step.api);
  return find_caller(callers_, step.api).call(std::move(call), step.expected);
}

namespace {

kernel::Task<CallEnd> handled(std::shared_ptr<StepHandler> handler, HandlerCall call) {
  auto answer = co_await handler->handle(std::move(call));
  if (answer) co_return CallEnd{.result = kernel::HttpResponse{.status = 200, .body = std::move(*answer)}};
  const HandlerFailure& failure = answer.error();
  co_return CallEnd{.result = CallFailure{.reason = failure.reason,
                                          .failure = failure.is_permanent ? core::FailureClass::Permanent
                                                                          : core::FailureClass::Transient,
                                          .retry_after = failure.retry_after}};
}

}  // namespace

kernel::Task<CallEnd> FlowRun::handle_call(const Unit& unit) const {
  const auto found = std::ranges::find(handlers_, unit.step.handler, &StepHandlers::value_type::first);
  CHECK_THAT(found != handlers_.end(), unit.step.handler);
  auto input = unit.step.body ? unit.step.body->filled(scope(unit)) : kernel::Result<std::string>("null");
  if (!input) return unsendable("with: " + input.error().message);
  return handled(found->second, {.event = std::string(start_.event),
                                 .key = step_key(start_.event, unit.name, unit.step.handler),
                                 .input = std::move(*input),
                                 .deadline = start_.deadline});
}

kernel::Task<FlowEnd> FlowRun::failed(std::unique_ptr<StepFailure> failure) {
  const bool is_permanent = failure->call.failure == core::FailureClass::Permanent;
  const bool is_late = flow_.late_is_undone && deadline_is_own_ && failure->call.stop == Stop::Deadline;
  if (is_behind_pivot_ || !(is_permanent || is_late) || !has_something_to_undo())
    co_return FlowEnd{FlowState::Failed, std::move(failure)};
  const kernel::Json why{{"step", failure->step}, {"reason", failure->call.reason}};
  const bool ours = co_await write({.step = std::string(kCompensation),
                                    .state = store::StepState::Intended,
                                    .status = failure->call.last.status,
                                    .body = kernel::json_text(why)});
  if (!ours) co_return FlowEnd{FlowState::TakenOver};
  co_return co_await compensate();
}

}  // namespace service
