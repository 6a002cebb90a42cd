#pragma once
// The store of one instance that outlives its process: a SQLite file with a write-ahead log, every commit on
// the disk before anybody is told of it.
//
// Commits are grouped: what is asked for while one is being written goes into the next, so that a thousand
// events may share a few syncs. All SQL runs on the worker; the loop never waits for the disk.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/worker.h"
#include "middleware/store/store.h"

namespace store {

class SqliteFile;

struct SqliteConfig {
  std::string path;
  kernel::Duration keep = std::chrono::hours{24 * 7};  ///< done events are remembered for so long
};

class SqliteStore final : public Store, private Outbox {
 public:
  /// Brings an action from the worker to the thread of the scheduler.
  using Post = std::function<void(kernel::Action)>;

  /// Leases of a former process are over: the file is this one's alone. Errors (Infrastructure): the file is
  /// damaged, of another program or version, in use, or cannot be written.
  static kernel::Result<std::unique_ptr<SqliteStore>> open(SqliteConfig config, kernel::Scheduler& scheduler,
                                                           kernel::Worker& worker, Post post);
  /// Waits for what the worker has begun.
  ~SqliteStore() override;

  kernel::Task<Claim> claim(std::string event, kernel::Timestamp now, kernel::Timestamp lease_until,
                            Fingerprint fingerprint = {}) override;
  kernel::Task<bool> write_step(std::string event, std::uint64_t fence, StepRecord record) override;
  kernel::Task<bool> write_applied(std::string event, std::uint64_t fence, kernel::Timestamp now,
                                   StepRecord record, AppliedVersion applied) override;
  kernel::Task<bool> done(std::string event, std::uint64_t fence, kernel::Timestamp now,
                          AppliedVersion applied = {}, Callbacks callbacks = {}) override;
  kernel::Task<bool> release(std::string event, std::uint64_t fence) override;
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
  std::optional<kernel::Error> trouble() const override { return trouble_; }

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
  OutboxCount callback_count() const override { return callbacks_; }

  /// What the worker counts.
  struct Counts {
    std::int64_t waiting = 0;  ///< accepted and not over
    OutboxCount callbacks{};
  };
  /// Work for the worker, and who waits for it.
  class Job;
  template <class T>
  class JobOf;
  using Batch = std::vector<std::unique_ptr<Job>>;

  SqliteStore(SqliteConfig config, kernel::Scheduler& scheduler, kernel::Worker& worker, Post post,
              std::unique_ptr<SqliteFile> file);
  template <class T>
  kernel::Task<T> run(std::function<T(SqliteFile&)> work, T when_failed);
  void send_batch();
  /// On the worker.
  kernel::Result<> commit(const Batch& batch);
  void committed(Batch& batch, const kernel::Result<>& result, const OutboxCount& callbacks);
  std::int64_t wall(kernel::Timestamp when) const { return kernel::nanoseconds(when) + epoch_; }
  kernel::Timestamp from_wall(std::int64_t when) const { return kernel::at(kernel::Duration{when - epoch_}); }

  SqliteConfig config_;
  kernel::Scheduler& scheduler_;
  kernel::Worker& worker_;
  Post post_;
  std::int64_t epoch_;  ///< of the scheduler's times, in nanoseconds since 1970
  std::unique_ptr<SqliteFile> file_;
  Counts counts_;          ///< the worker's
  OutboxCount callbacks_;  ///< as of the last commit; the loop's
  bool is_writing_ = false;
  Batch pending_;
  std::optional<kernel::Error> trouble_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace store
