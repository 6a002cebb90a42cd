#pragma once
// The store of one instance of the middleware in a rehearsal: in memory, as all of a run is one process.
// `store: {sqlite}` outlives a crash of the instance, `store: memory` does not.
//
// It also tells the journal what becomes of accepted events: their callers are done with them when they are
// acknowledged, so that nobody else sees them end. A callback is a branch of its event: the event has ended
// when they are delivered or dead as well.
#include <map>
#include <set>
#include <string>

#include "middleware/kernel/journal.h"
#include "middleware/store/memory_store.h"

namespace emulator::runner {

class InstanceStore final : public store::Store, private store::Outbox {
 public:
  InstanceStore(kernel::Journal& journal, kernel::Duration remember) : journal_(journal), memory_(remember) {}

  /// A new process has found it.
  void reopen() { memory_.end_leases(); }
  /// It is gone: what it had accepted and not done is lost.
  void lose();

  kernel::Task<store::Claim> claim(std::string event, kernel::Timestamp now, kernel::Timestamp lease_until,
                                   store::Fingerprint fingerprint = {}) override {
    return memory_.claim(std::move(event), now, lease_until, fingerprint);
  }
  kernel::Task<bool> write_step(std::string event, std::uint64_t fence, store::StepRecord record) override {
    return memory_.write_step(std::move(event), fence, std::move(record));
  }
  kernel::Task<bool> write_applied(std::string event, std::uint64_t fence, kernel::Timestamp now,
                                   store::StepRecord record, store::AppliedVersion applied) override {
    return memory_.write_applied(std::move(event), fence, now, std::move(record), std::move(applied));
  }
  kernel::Task<bool> done(std::string event, std::uint64_t fence, kernel::Timestamp now,
                          store::AppliedVersion applied = {}, store::Callbacks callbacks = {}) override;
  kernel::Task<bool> release(std::string event, std::uint64_t fence) override {
    return memory_.release(std::move(event), fence);
  }
  kernel::Task<store::ClaimKind> accept(store::AcceptedEvent event, kernel::Timestamp now,
                                        std::int64_t waiting_max) override;
  kernel::Task<store::Taken> take(kernel::Timestamp now, kernel::Timestamp lease_until,
                                  int count_max) override {
    return memory_.take(now, lease_until, count_max);
  }
  kernel::Task<bool> park(std::string event, std::uint64_t fence, kernel::Timestamp not_before,
                          bool counts) override {
    return memory_.park(std::move(event), fence, not_before, counts);
  }
  kernel::Task<bool> bury(std::string event, std::uint64_t fence, kernel::Timestamp now,
                          store::DeadLetter why, store::Callbacks callbacks = {}) override;
  kernel::Task<std::vector<store::DeadLetter>> dead_letters(int count_max) override {
    return memory_.dead_letters(count_max);
  }
  kernel::Task<bool> redrive(std::string event, kernel::Timestamp now) override;
  kernel::Task<std::string> applied_version(std::string record) override {
    return memory_.applied_version(std::move(record));
  }
  store::Outbox& outbox() override { return *this; }
  store::OutboxCount kept_callbacks() const { return callback_count(); }

 private:
  kernel::Task<store::TakenCallbacks> take_callbacks(kernel::Timestamp now, kernel::Timestamp lease_until,
                                                     int count_max) override {
    return memory_.outbox().take_callbacks(now, lease_until, count_max);
  }
  kernel::Task<bool> callback_delivered(std::string id, std::uint64_t fence, kernel::Timestamp now) override;
  kernel::Task<bool> park_callback(std::string id, std::uint64_t fence, kernel::Timestamp not_before,
                                   bool counts) override {
    return memory_.outbox().park_callback(std::move(id), fence, not_before, counts);
  }
  kernel::Task<bool> bury_callback(std::string id, std::uint64_t fence, kernel::Timestamp now,
                                   store::DeadCallback why) override;
  kernel::Task<std::vector<store::DeadCallback>> dead_callbacks(int count_max) override {
    return memory_.outbox().dead_callbacks(count_max);
  }
  kernel::Task<bool> redrive_callback(std::string id, kernel::Timestamp now) override;
  store::OutboxCount callback_count() const override { return memory_.outbox().callback_count(); }

  kernel::Task<bool> ended(std::string event, kernel::Task<bool> ending, kernel::End end);
  /// What the store has kept of these with the end of their event.
  kernel::Task<bool> kept(kernel::Task<bool> ending, store::Callbacks callbacks);
  kernel::Task<bool> told(std::string id, kernel::Task<bool> ending, kernel::End end);

  kernel::Journal& journal_;
  store::MemoryStore memory_;
  std::set<std::string> accepted_;  ///< and not over
  struct Told {
    std::string event;
    std::string name;
    bool is_dead = false;
  };
  std::map<std::string, Told> callbacks_;  ///< by id; not delivered
};

}  // namespace emulator::runner
