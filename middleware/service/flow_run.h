#pragma once
// One event on its way through a flow that is not plain: conditions, lists, steps side by side, handlers, and
// the way back.
//
// The journal (store::Store) carries it over crashes and redeliveries:
//
//   "charge"          Intended before the call if it has an undo, Done with what later steps read
//   "ship[2]"         the same for an item of a list
//   "sync[001..]"     Done: an item of a block that keeps versions, by its key; its version is applied with
//   it "sync[001..]/put" a step of it
//   "(compensation)"  written before the first undo: from here on the flow only goes back
//
// Source: facts/resilience 10. A step that is only Intended may have happened: it is undone as well, and an
// undo that finds nothing (404) is fine. An undo is tried 8 times (base 1 s, cap 60 s), has its own deadline,
// and goes on at the next delivery. ASSUMPTION: behind the pivot a step that is refused for good is not
// undone and not asked again: the event ends as refused, and somebody has to look.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/service/api_caller.h"
#include "middleware/service/flow_runner.h"
#include "middleware/service/record_locks.h"
#include "middleware/service/step_call.h"
#include "middleware/service/step_handler.h"
#include "middleware/store/store.h"

namespace service {

/// The journal's record that the flow goes back, and why. No step has such a name.
inline constexpr std::string_view kCompensation = "(compensation)";

class FlowRun {
 public:
  /// The references outlive the run, but `start` it owns.
  FlowRun(const Surroundings& surroundings, store::Store& store, const std::vector<ApiCaller*>& callers,
          const StepHandlers& handlers, RecordLocks& locks, const FlowConfig& flow, FlowStart start);

  kernel::Task<FlowEnd> run();
  /// Makes the callbacks of the end, if somebody wants them: from the event and the journal.
  void tell(EventEnd end, const std::string& error);

 private:
  // In flow_run_parts.h.
  struct Unit;
  struct UnitEnd;
  struct Items;

  // Forward: flow_run.cc.
  kernel::Task<FlowEnd> run_all_steps();
  kernel::Task<UnitEnd> run_steps(std::size_t first, std::size_t last);
  kernel::Task<UnitEnd> run_step(std::size_t index);
  kernel::Task<UnitEnd> run_items(std::size_t index);
  kernel::Task<UnitEnd> run_next_items(std::shared_ptr<Items> items);
  kernel::Task<UnitEnd> run_unit(Unit unit);
  kernel::Task<FlowEnd> failed(std::unique_ptr<StepFailure> failure);
  std::optional<UnitEnd> skipped(const StepConfig& step) const;
  kernel::Result<std::vector<Unit>> units(const StepConfig& step) const;
  kernel::Task<CallEnd> do_call(const Unit& unit, kernel::HopId hop) const;
  kernel::Task<CallEnd> handle_call(const Unit& unit) const;
  kernel::Result<std::string> answer(const Unit& unit, const kernel::HttpResponse& response) const;
  static UnitEnd unit_failed(const std::string& name, CallFailure failure);
  void keep(std::size_t first, std::vector<UnitEnd> ends);

  // Items of a block: flow_block.cc.
  /// The run of one item, within `parent`, which outlives it.
  FlowRun(const FlowRun& parent, const Unit& unit);
  static kernel::Task<UnitEnd> run_block(std::unique_ptr<FlowRun> run, std::string name);
  kernel::Task<UnitEnd> run_item(std::string name);
  /// The name of the unit in the journal: its record's key where the block keeps versions, else `place`.
  kernel::Result<std::string> unit_name(const Unit& unit, std::string place) const;

  // A list in pages: flow_pages.cc.
  kernel::Task<CallEnd> call_pages(Unit unit, kernel::HopId hop) const;
  kernel::Task<CallEnd> call_page(const Unit& unit, const std::string& path, kernel::HopId hop) const;

  // Back: flow_undo.cc.
  kernel::Task<FlowEnd> compensate();
  kernel::Task<UnitEnd> undo_unit(Unit unit);
  kernel::Task<CallEnd> undo_call(const Unit& unit, kernel::HopId hop) const;
  /// Of what may have been done and is not undone yet, in the order of the flow.
  kernel::Result<std::vector<Unit>> units_to_undo() const;
  bool has_something_to_undo() const;
  /// The answers of earlier deliveries.
  void recall_answers();
  std::unique_ptr<StepFailure> cause_of_compensation() const;

  const store::StepRecord* find(std::string_view name) const;
  /// False when the claim is another's.
  kernel::Task<bool> write(store::StepRecord record);
  kernel::TemplateScope scope(const Unit& unit) const;
  kernel::HopScope open_hop(const StepConfig& step, const std::string& name) const;
  FlowEnd skip() const;

  const Surroundings& around_;
  store::Store& store_;
  const std::vector<ApiCaller*>& callers_;
  const StepHandlers& handlers_;
  RecordLocks& locks_;
  const FlowConfig& flow_;
  FlowStart start_;                              ///< without payload and text
  std::shared_ptr<const kernel::Json> payload_;  ///< shared by the runs of a block's items
  std::shared_ptr<const std::string> text_;      ///< what it was read from
  std::string prefix_{};                         ///< of names in the journal: "sync[001..]/"
  bool deadline_is_own_;                         ///< the caller left enough time for all of the flow's
  bool is_behind_pivot_ = false;
  kernel::NamedValues named_;  ///< answers of earlier steps
};

/// And tells of its end.
kernel::Task<FlowEnd> run_whole(std::unique_ptr<FlowRun> run);

}  // namespace service
