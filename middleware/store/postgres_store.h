#pragma once
// The store that several instances share: a schema in PostgreSQL. Every call is one transaction; DESIGN.md
// says what stands in the tables and what is locked.
//
// Times are the caller's, moved into the database's calendar (PostgresPool::clock_offset). A call waits while
// a session is being opened; while none can be had it fails at once, and trouble() says why.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "middleware/store/fellows.h"
#include "middleware/store/postgres_pool.h"
#include "middleware/store/store.h"

namespace store {

class PostgresStore final : public Store, private Outbox, public Fellows {
 public:
  /// Begins to connect.
  PostgresStore(PostgresConfig config, PostgresGround ground);

  kernel::Task<Claim> claim(std::string event, kernel::Timestamp now, kernel::Timestamp lease_until,
                            Fingerprint fingerprint = {}) override;
  kernel::Task<bool> write_step(std::string event, std::uint64_t fence, StepRecord record) override;
  kernel::Task<bool> write_applied(std::string event, std::uint64_t fence, kernel::Timestamp now,
                                   StepRecord record, AppliedVersion applied) override;
  kernel::Task<bool> done(std::string event, std::uint64_t fence, kernel::Timestamp now,
                          AppliedVersion applied = {}, Callbacks callbacks = {}) override;
  kernel::Task<bool> release(std::string event, std::uint64_t fence) override;
  /// `waiting_max` counts what other instances accepted as of the last look.
  kernel::Task<ClaimKind> accept(AcceptedEvent event, kernel::Timestamp now,
                                 std::int64_t waiting_max) override;
  kernel::Task<Taken> take(kernel::Timestamp now, kernel::Timestamp lease_until, int count_max) override;
  kernel::Task<bool> park(std::string event, std::uint64_t fence, kernel::Timestamp not_before,
                          bool counts) override;
  kernel::Task<bool> bury(std::string event, std::uint64_t fence, kernel::Timestamp now, DeadLetter why,
                          Callbacks callbacks = {}) override;
  kernel::Task<std::vector<DeadLetter>> dead_letters(int count_max) override;
  kernel::Task<bool> redrive(std::string event, kernel::Timestamp now) override;
  kernel::Task<std::string> applied_version(std::string record) override;
  Outbox& outbox() override { return *this; }
  kernel::Task<std::optional<Meeting>> meet(std::string instance, std::vector<OpenBreaker> open,
                                            kernel::Timestamp now, kernel::Timestamp forget_before) override;
  std::optional<kernel::Error> trouble() const override { return pool_.trouble(); }

 private:
  kernel::Task<TakenCallbacks> take_callbacks(kernel::Timestamp now, kernel::Timestamp lease_until,
                                              int count_max) override;
  kernel::Task<bool> callback_delivered(std::string id, std::uint64_t fence, kernel::Timestamp now) override;
  kernel::Task<bool> park_callback(std::string id, std::uint64_t fence, kernel::Timestamp not_before,
                                   bool counts) override;
  kernel::Task<bool> bury_callback(std::string id, std::uint64_t fence, kernel::Timestamp now,
                                   DeadCallback why) override;
  kernel::Task<std::vector<DeadCallback>> dead_callbacks(int count_max) override;
  kernel::Task<bool> redrive_callback(std::string id, kernel::Timestamp now) override;
  OutboxCount callback_count() const override { return counts_.callbacks; }

  struct Counts {
    std::int64_t waiting = 0;  ///< accepted and not over
    OutboxCount callbacks{};
  };
  template <class T>
  using Job = std::function<kernel::Task<T>(PostgresSession&)>;

  /// In a transaction; `when_failed` if it cannot be had.
  template <class T>
  kernel::Task<T> run(Job<T> work, T when_failed);
  /// For one statement that may be done twice.
  template <class T>
  kernel::Task<T> run_alone(Job<T> work, T when_failed);

  kernel::Task<bool> end(std::string event, std::uint64_t fence, kernel::Timestamp now,
                         AppliedVersion applied, Callbacks callbacks, std::optional<DeadLetter> why);
  kernel::Task<bool> end_callback(std::string id, std::uint64_t fence, kernel::Timestamp now,
                                  std::optional<DeadCallback> why);
  kernel::Task<std::optional<std::int64_t>> first_due(bool of_outbox);
  /// Goes on until the store goes.
  kernel::Task<void> look_around();
  kernel::Task<void> count_anew();
  void change(std::int64_t waiting, std::int64_t pending, std::int64_t dead);
  std::int64_t wall(kernel::Timestamp when) const {
    return kernel::nanoseconds(when) + epoch_ + pool_.clock_offset();
  }
  kernel::Timestamp from_wall(std::int64_t when) const {
    return kernel::at(kernel::Duration{when - epoch_ - pool_.clock_offset()});
  }

  PostgresConfig config_;
  kernel::Scheduler& scheduler_;
  std::int64_t epoch_;  ///< of the scheduler's times, in nanoseconds since 1970
  Counts counts_;       ///< as last looked at, and what we changed since
  std::uint64_t changes_ = 0;
  int running_ = 0;            ///< transactions
  int counts_overlapped_ = 0;  ///< with changes of ours, in a row
  PostgresPool pool_;
  kernel::TaskScope looking_;
};

}  // namespace store
