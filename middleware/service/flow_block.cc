// Items of a block: the steps of each, one after the other, and the gate that keeps a record's newest state.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/inbox/decisions.h"
#include "middleware/kernel/wait.h"
#include "middleware/service/flow_run_parts.h"
#include "middleware/service/record_version.h"

namespace service {

FlowRun::FlowRun(const FlowRun& parent, const Unit& unit)
    : around_(parent.around_),
      store_(parent.store_),
      callers_(parent.callers_),
      handlers_(parent.handlers_),
      locks_(parent.locks_),
      flow_(*unit.step.block),
      start_{.event = parent.start_.event, .cause = parent.start_.cause, .deadline = parent.start_.deadline},
      payload_(parent.payload_),
      text_(parent.text_),
      prefix_(unit.name + "/"),
      deadline_is_own_(false) {
  start_.claim.fence = parent.start_.claim.fence;
  std::ranges::copy_if(parent.start_.claim.steps, std::back_inserter(start_.claim.steps),
                       [this](const store::StepRecord& record) { return record.step.starts_with(prefix_); });
  // An answer may be a list of thousands: what nobody asks for is not copied for each of them.
  kernel::copy_named(named_, parent.named_, names_read_within(flow_));
  named_.insert(named_.end(), unit.item.begin(), unit.item.end());
}

kernel::Result<std::string> FlowRun::unit_name(const Unit& unit, std::string place) const {
  const FlowConfig* block = unit.step.block.get();
  if (block == nullptr || !block->ordering) return place;
  const auto key = block->ordering->key.filled(scope(unit));
  if (!key) return kernel::invalid("ordering: " + key.error().message);
  return unit.name + "[" + *key + "]";
}

kernel::Task<FlowRun::UnitEnd> FlowRun::run_block(std::unique_ptr<FlowRun> run, std::string name) {
  co_return co_await run->run_item(std::move(name));
}

/// Nobody else works on the record from the look at its version until that is written.
kernel::Task<FlowRun::UnitEnd> FlowRun::run_item(std::string name) {
  const auto version = version_of(flow_, {.root = payload_.get(), .named = &named_, .root_text = *text_});
  if (!version) co_return unit_failed(name, refusal("ordering: " + version.error().message));
  RecordLocks::Held held;
  if (!version->record.empty()) {
    auto turn =
        co_await kernel::with_deadline(around_.scheduler, start_.deadline, locks_.hold(version->record));
    if (!turn) co_return unit_failed(name, {.reason = "deadline"});
    held = std::move(*turn);
    const std::string applied = co_await store_.applied_version(version->record);
    const bool is_late = inbox::is_outdated(version->version, applied);
    if (is_late && !flow_.ordering->late_runs) {
      kernel::HopScope hop = open_hop({}, name);
      hop.close({.outcome = kernel::Outcome::Filtered, .error = "outdated"});
      co_return UnitEnd{.is_skipped = true};
    }
    named_.emplace_back("ordering", kernel::Json{{"late", is_late}});
  }
  FlowEnd end = co_await run_all_steps();
  if (end.state != FlowState::Done) co_return UnitEnd{.state = end.state, .failure = std::move(end.failure)};
  const bool ours =
      co_await store_.write_applied(std::string(start_.event), start_.claim.fence, around_.scheduler.now(),
                                    {.step = name, .body = {}}, *version);
  co_return UnitEnd{ours ? FlowState::Done : FlowState::TakenOver};
}

}  // namespace service
