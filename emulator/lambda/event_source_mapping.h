#pragma once
// One event source mapping at work: it receives from its queue, makes batches, invokes the function with
// each, and deletes what is done.
//
//   poll: wait for a place ─> collect a batch ─> process it beside ─┐
//            ^──────────────────────────────────────────────────────┘
//
// ASSUMPTION: one batch is collected at a time, and as many are with the function as the scaling allows; the
// service collects several side by side, which shows only where a window is long and the queue slow.
//
// Source: facts/aws-delivery 4.
#include <cstdint>
#include <deque>
#include <string>

#include "emulator/lambda/batch.h"
#include "emulator/lambda/mapping.h"
#include "emulator/lambda/ports.h"
#include "emulator/queues/ports.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"

namespace emulator::lambda {

/// All outlive the mapping.
struct MappingSurroundings {
  kernel::Scheduler& scheduler;
  kernel::Journal& journal;
  queues::EventSource& queues;
  FunctionInvoker& functions;
};

class EventSourceMapping {
 public:
  /// `refuse` must accept it; whether it is enabled is not looked at.
  EventSourceMapping(MappingConfig config, MappingSurroundings around);
  ~EventSourceMapping();
  EventSourceMapping(const EventSourceMapping&) = delete;
  EventSourceMapping& operator=(const EventSourceMapping&) = delete;

  /// From now on the queue has a consumer.
  void enable();
  /// Receives no more. What the function has goes on to its end; what was only received comes back to the
  /// queue by itself.
  void disable();

  /// Batches that are with the function, or wait for it.
  std::int64_t in_progress() const { return in_progress_; }

 private:
  /// A batch in progress; goes away with its flow.
  class Place;

  kernel::Task<void> poll();
  kernel::Task<void> place_is_free();
  kernel::Task<bool> a_batch_ends();
  kernel::Task<Batch> collect();
  kernel::Task<queues::ReceiveResult> receive(std::int64_t count, kernel::Timestamp until);
  kernel::Task<void> process(Batch batch);
  /// Again and again while the function is throttled; nothing when the messages are visible to others before.
  kernel::Task<std::optional<InvokeResult>> invoke(const Batch& batch);
  void settle(const Batch& batch, const InvokeResult& result);
  HeldMessage hold(const queues::ReceivedMessage& message) const;
  std::chrono::seconds visibility() const;
  void warn(std::string_view message, std::string_view event) const;

  MappingConfig config_;
  MappingSurroundings around_;
  PollerScaling scaling_;
  kernel::Signal ended_;             // a batch is over
  std::deque<HeldMessage> carried_;  // received, and too large for the batch before
  std::int64_t in_progress_ = 0;
  bool is_enabled_ = false;
  kernel::TaskScope batches_;
  kernel::TaskScope poller_;
};

}  // namespace emulator::lambda
