#pragma once
// The store that all instances of the middleware share in a rehearsal (`store: {postgres}` of its file): in
// memory, as all of a run is one process. It outlives its instances; what one of them held when it crashed is
// taken over when its leases are over. The timeline makes it slow, or takes it away.
//
// ASSUMPTION: a database that is gone refuses calls at once and before it did anything; one that is slow does
// what it was asked at the end of its time.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emulator/runner/instance_store.h"
#include "emulator/runner/store_fault.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::runner {

class SharedStore final : public store::Store, private store::Outbox {
 public:
  SharedStore(kernel::Scheduler& scheduler, kernel::Journal& journal, kernel::Duration remember)
      : scheduler_(scheduler), journal_(journal), kept_(journal, remember) {}

  /// Of two faults at a time the later one counts.
  void begin(StoreFault fault);
  void end();

  kernel::Task<store::Claim> claim(std::string event, kernel::Timestamp now, kernel::Timestamp lease_until,
                                   store::Fingerprint fingerprint = {}) override;
  kernel::Task<bool> write_step(std::string event, std::uint64_t fence, store::StepRecord record) override;
  kernel::Task<bool> write_applied(std::string event, std::uint64_t fence, kernel::Timestamp now,
                                   store::StepRecord record, store::AppliedVersion applied) override;
  kernel::Task<bool> done(std::string event, std::uint64_t fence, kernel::Timestamp now,
                          store::AppliedVersion applied = {}, store::Callbacks callbacks = {}) override;
  kernel::Task<bool> release(std::string event, std::uint64_t fence) override;
  kernel::Task<store::ClaimKind> accept(store::AcceptedEvent event, kernel::Timestamp now,
                                        std::int64_t waiting_max) override;
  kernel::Task<store::Taken> take(kernel::Timestamp now, kernel::Timestamp lease_until,
                                  int count_max) override;
  kernel::Task<bool> park(std::string event, std::uint64_t fence, kernel::Timestamp not_before,
                          bool counts) override;
  kernel::Task<bool> bury(std::string event, std::uint64_t fence, kernel::Timestamp now,
                          store::DeadLetter why, store::Callbacks callbacks = {}) override;
  kernel::Task<std::vector<store::DeadLetter>> dead_letters(int count_max) override;
  kernel::Task<bool> redrive(std::string event, kernel::Timestamp now) override;
  kernel::Task<std::string> applied_version(std::string record) override;
  store::Outbox& outbox() override { return *this; }
  std::optional<kernel::Error> trouble() const override;

 private:
  kernel::Task<store::TakenCallbacks> take_callbacks(kernel::Timestamp now, kernel::Timestamp lease_until,
                                                     int count_max) override;
  kernel::Task<bool> callback_delivered(std::string id, std::uint64_t fence, kernel::Timestamp now) override;
  kernel::Task<bool> park_callback(std::string id, std::uint64_t fence, kernel::Timestamp not_before,
                                   bool counts) override;
  kernel::Task<bool> bury_callback(std::string id, std::uint64_t fence, kernel::Timestamp now,
                                   store::DeadCallback why) override;
  kernel::Task<std::vector<store::DeadCallback>> dead_callbacks(int count_max) override;
  kernel::Task<bool> redrive_callback(std::string id, kernel::Timestamp now) override;
  store::OutboxCount callback_count() const override { return kept_.kept_callbacks(); }

  bool is_gone() const { return fault_ && fault_->slow == kernel::Duration::zero(); }
  /// Waits as long as a slow store takes; `call` if there is a store then, else `when_gone`. The call is a
  /// task that has not begun.
  template <class T>
  kernel::Task<T> pass(kernel::Task<T> call, T when_gone);

  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  InstanceStore kept_;
  std::optional<StoreFault> fault_;
};

}  // namespace emulator::runner
