#include "middleware/store/sqlite_store.h"

#include "middleware/kernel/wait.h"
#include "middleware/store/sqlite_events.h"
#include "middleware/store/sqlite_file.h"
#include "middleware/store/sqlite_outbox.h"

namespace store {

using kernel::Task;
using kernel::Timestamp;

class SqliteStore::Job {
 public:
  virtual ~Job() = default;
  virtual void work(SqliteFile& file) = 0;
  virtual void tell(bool is_committed) = 0;
};

template <class T>
class SqliteStore::JobOf final : public Job {
 public:
  JobOf(kernel::Scheduler& scheduler, std::function<T(SqliteFile&)> work, T when_failed)
      : arrival(scheduler), work_(std::move(work)), value_(std::move(when_failed)) {}

  void work(SqliteFile& file) override { result_ = work_(file); }
  void tell(bool is_committed) override {
    arrival.set(is_committed ? std::move(result_) : std::move(value_));
  }

  kernel::Arrival<T> arrival;

 private:
  std::function<T(SqliteFile&)> work_;
  T value_;
  T result_{};
};

SqliteStore::SqliteStore(SqliteConfig config, kernel::Scheduler& scheduler, kernel::Worker& worker, Post post,
                         std::unique_ptr<SqliteFile> file)
    : config_(std::move(config)),
      scheduler_(scheduler),
      worker_(worker),
      post_(std::move(post)),
      epoch_((scheduler.wall_now().time_since_epoch() - scheduler.now().time_since_epoch()).count()),
      file_(std::move(file)) {}

SqliteStore::~SqliteStore() { worker_.wait_idle(); }

kernel::Result<std::unique_ptr<SqliteStore>> SqliteStore::open(SqliteConfig config,
                                                               kernel::Scheduler& scheduler,
                                                               kernel::Worker& worker, Post post) {
  auto file = SqliteFile::open(config.path);
  if (!file) return std::unexpected(file.error());
  std::unique_ptr<SqliteStore> store(
      new SqliteStore(std::move(config), scheduler, worker, std::move(post), std::move(*file)));
  try {
    store->counts_ = {.waiting = sqlite::count_waiting(*store->file_),
                      .callbacks = sqlite::count_callbacks(*store->file_)};
    store->callbacks_ = store->counts_.callbacks;
  } catch (const SqliteFailure& failure) {
    return std::unexpected(failure.error);
  }
  return store;
}

template <class T>
Task<T> SqliteStore::run(std::function<T(SqliteFile&)> work, T when_failed) {
  auto job = std::make_unique<JobOf<T>>(scheduler_, std::move(work), std::move(when_failed));
  const kernel::Arrival<T> arrival = job->arrival;
  pending_.push_back(std::move(job));
  if (!is_writing_) send_batch();
  co_return co_await arrival.wait();
}

void SqliteStore::send_batch() {
  is_writing_ = true;
  const auto batch = std::make_shared<Batch>(std::exchange(pending_, {}));
  worker_.post([this, batch] {
    const kernel::Result<> result = commit(*batch);
    post_([this, batch, result, callbacks = counts_.callbacks, alive = std::weak_ptr<bool>(alive_)] {
      if (!alive.expired()) committed(*batch, result, callbacks);
    });
  });
}

kernel::Result<> SqliteStore::commit(const Batch& batch) {
  const Counts before = counts_;
  kernel::Result<> result = file_->execute("BEGIN IMMEDIATE");
  try {
    for (const auto& job : batch) {
      if (result) job->work(*file_);
    }
  } catch (const SqliteFailure& failure) {
    result = std::unexpected(failure.error);
  }
  if (result) result = file_->execute("COMMIT");
  if (!result) {
    counts_ = before;
    // Some errors have rolled it back already; then there is none to roll back.
    static_cast<void>(file_->execute("ROLLBACK"));
  }
  return result;
}

void SqliteStore::committed(Batch& batch, const kernel::Result<>& result, const OutboxCount& callbacks) {
  callbacks_ = callbacks;
  trouble_ = result ? std::nullopt : std::optional(result.error());
  for (const auto& job : batch) job->tell(result.has_value());
  is_writing_ = false;
  if (!pending_.empty()) send_batch();
}

Task<Claim> SqliteStore::claim(std::string event, Timestamp now, Timestamp lease_until,
                               Fingerprint fingerprint) {
  return run<Claim>(
      [this, event = std::move(event), now, lease_until, fingerprint](SqliteFile& file) {
        sqlite::forget(file, wall(now - config_.keep));
        Claim claim = sqlite::claim(file, event, wall(now), wall(lease_until), fingerprint);
        if (claim.kind == ClaimKind::Claimed) claim.lease_until = lease_until;
        if (claim.kind == ClaimKind::InFlight) {
          claim.lease_until = from_wall(kernel::nanoseconds(claim.lease_until));
        }
        return claim;
      },
      Claim{.kind = ClaimKind::Failed});
}

Task<bool> SqliteStore::write_step(std::string event, std::uint64_t fence, StepRecord record) {
  return run<bool>([event = std::move(event), fence, record = std::move(record)](
                       SqliteFile& file) { return sqlite::write_step(file, {event, fence}, record); },
                   false);
}

Task<bool> SqliteStore::write_applied(std::string event, std::uint64_t fence, Timestamp now,
                                      StepRecord record, AppliedVersion applied) {
  return run<bool>(
      [this, event = std::move(event), fence, now, record = std::move(record),
       applied = std::move(applied)](SqliteFile& file) {
        if (!sqlite::write_step(file, {event, fence}, record)) return false;
        if (!applied.record.empty()) sqlite::apply_version(file, applied, wall(now));
        return true;
      },
      false);
}

Task<bool> SqliteStore::done(std::string event, std::uint64_t fence, Timestamp now, AppliedVersion applied,
                             Callbacks callbacks) {
  return run<bool>(
      [this, event = std::move(event), fence, now, applied = std::move(applied),
       callbacks = std::move(callbacks)](SqliteFile& file) {
        const auto end = sqlite::end(file, {event, fence}, wall(now), nullptr);
        if (!end.is_held) return false;
        if (end.is_own) --counts_.waiting;
        counts_.callbacks.pending += sqlite::add_callbacks(file, callbacks, wall(now));
        if (!applied.record.empty()) sqlite::apply_version(file, applied, wall(now));
        return true;
      },
      false);
}

Task<bool> SqliteStore::release(std::string event, std::uint64_t fence) {
  return run<bool>(
      [event = std::move(event), fence](SqliteFile& file) { return sqlite::release(file, {event, fence}); },
      false);
}

Task<ClaimKind> SqliteStore::accept(AcceptedEvent event, Timestamp now, std::int64_t waiting_max) {
  return run<ClaimKind>(
      [this, event = std::move(event), now, waiting_max](SqliteFile& file) {
        sqlite::forget(file, wall(now - config_.keep));
        const ClaimKind kind = sqlite::accept(file, event, wall(now), counts_.waiting < waiting_max);
        if (kind == ClaimKind::Accepted) ++counts_.waiting;
        return kind;
      },
      ClaimKind::Failed);
}

Task<Taken> SqliteStore::take(Timestamp now, Timestamp lease_until, int count_max) {
  return run<Taken>(
      [this, now, lease_until, count_max](SqliteFile& file) {
        Taken taken{.works = sqlite::take(file, wall(now), wall(lease_until), count_max)};
        if (const auto due = sqlite::next_due(file)) taken.next_due = from_wall(*due);
        return taken;
      },
      Taken{});
}

Task<bool> SqliteStore::park(std::string event, std::uint64_t fence, Timestamp not_before, bool counts) {
  return run<bool>(
      [this, event = std::move(event), fence, not_before, counts](SqliteFile& file) {
        return sqlite::park(file, {event, fence}, wall(not_before), counts);
      },
      false);
}

Task<bool> SqliteStore::bury(std::string event, std::uint64_t fence, Timestamp now, DeadLetter why,
                             Callbacks callbacks) {
  return run<bool>(
      [this, event = std::move(event), fence, now, why = std::move(why),
       callbacks = std::move(callbacks)](SqliteFile& file) {
        const auto end = sqlite::end(file, {event, fence}, wall(now), &why);
        if (!end.is_held) return false;
        --counts_.waiting;
        counts_.callbacks.pending += sqlite::add_callbacks(file, callbacks, wall(now));
        return true;
      },
      false);
}

Task<std::vector<DeadLetter>> SqliteStore::dead_letters(int count_max) {
  return run<std::vector<DeadLetter>>(
      [this, count_max](SqliteFile& file) {
        auto letters = sqlite::dead_letters(file, count_max);
        for (DeadLetter& letter : letters) letter.died_at = from_wall(kernel::nanoseconds(letter.died_at));
        return letters;
      },
      {});
}

Task<bool> SqliteStore::redrive(std::string event, Timestamp now) {
  return run<bool>(
      [this, event = std::move(event), now](SqliteFile& file) {
        const bool is_there = sqlite::redrive(file, event, wall(now));
        if (is_there) ++counts_.waiting;
        return is_there;
      },
      false);
}

Task<std::string> SqliteStore::applied_version(std::string record) {
  return run<std::string>(
      [record = std::move(record)](SqliteFile& file) { return sqlite::applied_version(file, record); }, {});
}

Task<TakenCallbacks> SqliteStore::take_callbacks(Timestamp now, Timestamp lease_until, int count_max) {
  return run<TakenCallbacks>(
      [this, now, lease_until, count_max](SqliteFile& file) {
        TakenCallbacks taken{.works = sqlite::take_callbacks(file, wall(now), wall(lease_until), count_max)};
        if (const auto due = sqlite::next_callback_due(file)) taken.next_due = from_wall(*due);
        return taken;
      },
      TakenCallbacks{});
}

Task<bool> SqliteStore::callback_delivered(std::string id, std::uint64_t fence, Timestamp now) {
  return run<bool>(
      [this, id = std::move(id), fence, now](SqliteFile& file) {
        const bool is_held = sqlite::end_callback(file, id, fence, wall(now), nullptr);
        if (is_held) --counts_.callbacks.pending;
        return is_held;
      },
      false);
}

Task<bool> SqliteStore::park_callback(std::string id, std::uint64_t fence, Timestamp not_before,
                                      bool counts) {
  return run<bool>(
      [this, id = std::move(id), fence, not_before, counts](SqliteFile& file) {
        return sqlite::park_callback(file, id, fence, wall(not_before), counts);
      },
      false);
}

Task<bool> SqliteStore::bury_callback(std::string id, std::uint64_t fence, Timestamp now, DeadCallback why) {
  return run<bool>(
      [this, id = std::move(id), fence, now, why = std::move(why)](SqliteFile& file) {
        const bool is_held = sqlite::end_callback(file, id, fence, wall(now), &why);
        if (!is_held) return false;
        --counts_.callbacks.pending;
        ++counts_.callbacks.dead;
        return true;
      },
      false);
}

Task<std::vector<DeadCallback>> SqliteStore::dead_callbacks(int count_max) {
  return run<std::vector<DeadCallback>>(
      [this, count_max](SqliteFile& file) {
        auto all = sqlite::dead_callbacks(file, count_max);
        for (DeadCallback& one : all) one.died_at = from_wall(kernel::nanoseconds(one.died_at));
        return all;
      },
      {});
}

Task<bool> SqliteStore::redrive_callback(std::string id, Timestamp now) {
  return run<bool>(
      [this, id = std::move(id), now](SqliteFile& file) {
        const bool is_there = sqlite::redrive_callback(file, id, wall(now));
        if (!is_there) return false;
        ++counts_.callbacks.pending;
        --counts_.callbacks.dead;
        return true;
      },
      false);
}

}  // namespace store
