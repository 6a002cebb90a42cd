#pragma once
// One invocation with a batch of records, while its events are handed over.
//
//   A standard queue   Events are independent. Those for a destination without batches go for themselves, ten
//   at
//                      once; the others wait for each other and go as soon as a request is full, everything
//                      has come, or the first of them has waited `wait_max`: all records are here at once, so
//                      that only events whose reference is still being looked up can be waited for. Ten
//                      requests at once for each destination.
//   A FIFO queue       In the order of the records, one request after the other, up to the first failure. A
//   request
//                      takes neighbours of one destination, at most one of a message group: what the far side
//                      works on side by side is never of one group. No waiting bound: the order decides.
//
// A request answered with 413 is split in two until it fits. What failed, and in a FIFO queue all behind the
// first failure, is reported.
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "middleware/ingest/batch.h"
#include "middleware/ingest/deliver.h"
#include "middleware/kernel/wait.h"

namespace ingest {

class BatchRun {
 public:
  /// `hops`: one for each record.
  BatchRun(const Surroundings& around, Batch batch, std::vector<kernel::HopId> hops,
           kernel::Timestamp deadline);

  /// The response of the function, or BatchFailed if all of the batch is to come again.
  static kernel::Task<FunctionResult> work_off(std::shared_ptr<BatchRun> run);

 private:
  /// An event as it goes into a request with others.
  struct Item {
    std::size_t record = 0;
    std::string event{};  ///< EventUuid
    std::string text{};
    kernel::Timestamp since{};
  };
  using Items = std::vector<Item>;
  /// Events that go to one destination in batches.
  struct Lane {
    Lane(std::size_t index, kernel::Scheduler& scheduler) : destination(index), changed(scheduler) {}
    std::size_t destination;
    Items ready{};
    std::size_t coming = 0;  ///< whose references are being looked up
    std::size_t all = 0;
    kernel::Signal changed;
  };
  struct Posted {
    std::vector<std::optional<FunctionError>> errors;  ///< one an item
    std::size_t begun = 0;                             ///< the items behind were not sent
  };

  std::optional<Handover> prepared(std::size_t record);
  Item to_item(std::size_t record, Handover handover) const;
  Lane& lane_of(std::size_t destination);
  const BatchRules& rules_of(std::size_t destination) const;
  void fail(std::size_t record, const FunctionError& error);

  kernel::Task<bool> in_any_order();
  kernel::Task<bool> send_singles();
  kernel::Task<bool> join_lane(std::size_t record, Handover handover, Lane& lane);
  kernel::Task<bool> serve_lane(Lane& lane);
  static kernel::Task<bool> change_of(Lane& lane);
  /// The items that are due now; none: wait.
  Items take_due(Lane& lane) const;

  kernel::Task<bool> in_order();
  bool fits(const Items& run, std::size_t destination, const Item& next) const;
  /// False when one of them failed.
  kernel::Task<bool> flush(Items items, std::size_t destination);
  void break_at(std::size_t record, const FunctionError& error);

  /// `stops`: at the first failure.
  kernel::Task<Posted> post(std::size_t destination, Items items, bool stops);
  kernel::Task<kernel::HttpResult> send_some(std::span<const Item> items, std::size_t destination);
  /// One an item.
  static std::vector<std::optional<FunctionError>> errors_of(const kernel::HttpResult& answer,
                                                             std::span<const Item> items);

  const Surroundings& around_;
  const Batch batch_;
  const std::vector<kernel::HopId> hops_;
  const kernel::Timestamp deadline_;
  std::vector<std::pair<std::size_t, Handover>> singles_{};
  std::size_t next_single_ = 0;
  std::vector<std::unique_ptr<Lane>> lanes_{};
  std::vector<std::string> failed_{};  ///< message ids, in the order of failing
  FunctionError first_error_{};
  std::optional<std::size_t> broken_at_{};  ///< of a FIFO queue: the first that failed
};

}  // namespace ingest
