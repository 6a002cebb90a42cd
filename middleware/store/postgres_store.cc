#include "middleware/store/postgres_store.h"

#include <algorithm>
#include <utility>

#include "middleware/store/postgres_events.h"
#include "middleware/store/postgres_outbox.h"

namespace store {

using kernel::Task;
using kernel::Timestamp;

namespace {

/// When others hold what is due it is asked for again so soon.
constexpr auto kSkippedWait = std::chrono::milliseconds{20};

/// Counting takes longer the more there is: at most this share of our time.
constexpr int kCountingShare = 20;

template <class T>
Task<void> keep(Task<T> task, std::shared_ptr<T> result) {
  *result = co_await std::move(task);
}

template <class T>
PostgresPool::Work keeping(std::function<Task<T>(PostgresSession&)> work, std::shared_ptr<T> result) {
  return [work = std::move(work), result = std::move(result)](PostgresSession& session) {
    return keep<T>(work(session), result);
  };
}

}  // namespace

PostgresStore::PostgresStore(PostgresConfig config, PostgresGround ground)
    : config_(config),
      scheduler_(ground.scheduler),
      epoch_((scheduler_.wall_now().time_since_epoch() - scheduler_.now().time_since_epoch()).count()),
      pool_(std::move(config), std::move(ground)) {
  looking_.spawn(look_around());
}

template <class T>
Task<T> PostgresStore::run(Job<T> work, T when_failed) {
  struct Running {
    int& count;
    explicit Running(int& its_count) : count(++its_count) {}
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { --count; }
  };
  const Running running(running_);
  const auto result = std::make_shared<T>();
  const bool is_committed = co_await pool_.run(keeping<T>(std::move(work), result));
  co_return is_committed ? std::move(*result) : std::move(when_failed);
}

template <class T>
Task<T> PostgresStore::run_alone(Job<T> work, T when_failed) {
  const auto result = std::make_shared<T>();
  const bool is_done = co_await pool_.run_alone(keeping<T>(std::move(work), result));
  co_return is_done ? std::move(*result) : std::move(when_failed);
}

void PostgresStore::change(std::int64_t waiting, std::int64_t pending, std::int64_t dead) {
  counts_.waiting += waiting;
  counts_.callbacks.pending += pending;
  counts_.callbacks.dead += dead;
  ++changes_;
}

Task<void> PostgresStore::look_around() {
  while (true) {
    const Timestamp before = scheduler_.now();
    co_await count_anew();
    const Timestamp limit = scheduler_.now() - config_.keep;
    co_await run_alone<int>(
        [limit = wall(limit)](PostgresSession& session) { return postgres::forget(session, limit); }, 0);
    const kernel::Duration took = scheduler_.now() - before;
    co_await kernel::sleep_for_duration(scheduler_, std::max(config_.look_every, took * kCountingShare));
  }
}

namespace {

/// Waiting events, callbacks, dead callbacks. Only the heads of lanes are counted one by one.
Task<std::vector<std::int64_t>> count(PostgresSession& session) {
  const PostgresRows rows = co_await session.query(
      "SELECT (SELECT count(*) FROM events WHERE state = 0 AND own AND first) + coalesce(sum(waiting - 1) "
      "FILTER (WHERE NOT is_outbox), 0)::bigint, (SELECT count(*) FROM outbox WHERE state = 0 AND first) + "
      "coalesce(sum(waiting - 1) FILTER (WHERE is_outbox), 0)::bigint, (SELECT count(*) FROM outbox WHERE "
      "state = 2) FROM lanes",
      PostgresParameters());
  co_return std::vector<std::int64_t>{rows.integer(0, 0), rows.integer(0, 1), rows.integer(0, 2)};
}

}  // namespace

Task<void> PostgresStore::count_anew() {
  const std::uint64_t changes = changes_;
  const bool was_busy = running_ > 0;
  const Counts before = counts_;
  const auto found = co_await run_alone<std::vector<std::int64_t>>(
      [](PostgresSession& session) { return count(session); }, {});
  if (found.empty()) co_return;
  const Counts counted{.waiting = found[0], .callbacks = {.pending = found[1], .dead = found[2]}};
  const bool was_alone = !was_busy && running_ == 0 && changes == changes_;
  if (was_alone) {
    counts_ = counted;
    co_return;
  }
  // What we changed meanwhile may be in the count or not; the next look puts it right.
  counts_ = {.waiting = counted.waiting + counts_.waiting - before.waiting,
             .callbacks = {
                 .pending = counted.callbacks.pending + counts_.callbacks.pending - before.callbacks.pending,
                 .dead = counted.callbacks.dead + counts_.callbacks.dead - before.callbacks.dead}};
}

Task<Claim> PostgresStore::claim(std::string event, Timestamp now, Timestamp lease_until,
                                 Fingerprint fingerprint) {
  Claim claim = co_await run<Claim>(
      [this, event = std::move(event), now, lease_until, fingerprint](PostgresSession& session) {
        return postgres::claim(session, event, {wall(now), wall(now - config_.keep)}, wall(lease_until),
                               fingerprint);
      },
      Claim{.kind = ClaimKind::Failed});
  if (claim.kind == ClaimKind::Claimed) claim.lease_until = lease_until;
  if (claim.kind == ClaimKind::InFlight)
    claim.lease_until = from_wall(kernel::nanoseconds(claim.lease_until));
  co_return claim;
}

Task<bool> PostgresStore::write_step(std::string event, std::uint64_t fence, StepRecord record) {
  return run_alone<bool>(
      [event = std::move(event), fence, record = std::move(record)](PostgresSession& session) {
        return postgres::write_step(session, {event, fence}, record);
      },
      false);
}

namespace {

Task<bool> write_both(PostgresSession& session, postgres::Holder holder, StepRecord record,
                      AppliedVersion applied, std::int64_t now) {
  if (!co_await postgres::write_step(session, std::move(holder), std::move(record))) co_return false;
  co_await postgres::apply_version(session, std::move(applied), now);
  co_return true;
}

Task<postgres::EventEnd> end_event(PostgresSession& session, postgres::Holder holder, std::int64_t now,
                                   AppliedVersion applied, Callbacks callbacks,
                                   std::optional<DeadLetter> why) {
  postgres::EventEnd end = co_await postgres::end(session, std::move(holder), now, std::move(why));
  if (!end.is_held) co_return end;
  end.callbacks = co_await postgres::add_callbacks(session, std::move(callbacks), now);
  co_await postgres::apply_version(session, std::move(applied), now);
  co_return end;
}

}  // namespace

Task<bool> PostgresStore::write_applied(std::string event, std::uint64_t fence, Timestamp now,
                                        StepRecord record, AppliedVersion applied) {
  return run<bool>(
      [this, event = std::move(event), fence, now, record = std::move(record),
       applied = std::move(applied)](PostgresSession& session) {
        return write_both(session, {event, fence}, record, applied, wall(now));
      },
      false);
}

Task<bool> PostgresStore::end(std::string event, std::uint64_t fence, Timestamp now, AppliedVersion applied,
                              Callbacks callbacks, std::optional<DeadLetter> why) {
  const auto ended = co_await run<postgres::EventEnd>(
      [this, event = std::move(event), fence, now, applied = std::move(applied),
       callbacks = std::move(callbacks), why = std::move(why)](PostgresSession& session) {
        return end_event(session, {event, fence}, wall(now), applied, callbacks, why);
      },
      postgres::EventEnd{});
  if (ended.is_held) change(ended.is_own ? -1 : 0, ended.callbacks, 0);
  co_return ended.is_held;
}

Task<bool> PostgresStore::done(std::string event, std::uint64_t fence, Timestamp now, AppliedVersion applied,
                               Callbacks callbacks) {
  return end(std::move(event), fence, now, std::move(applied), std::move(callbacks), std::nullopt);
}

Task<bool> PostgresStore::bury(std::string event, std::uint64_t fence, Timestamp now, DeadLetter why,
                               Callbacks callbacks) {
  return end(std::move(event), fence, now, {}, std::move(callbacks), std::move(why));
}

Task<bool> PostgresStore::release(std::string event, std::uint64_t fence) {
  return run_alone<bool>([event = std::move(event), fence](
                             PostgresSession& session) { return postgres::release(session, {event, fence}); },
                         false);
}

Task<ClaimKind> PostgresStore::accept(AcceptedEvent event, Timestamp now, std::int64_t waiting_max) {
  const ClaimKind kind = co_await run<ClaimKind>(
      [this, event = std::move(event), now, waiting_max](PostgresSession& session) {
        return postgres::accept(session, event, {wall(now), wall(now - config_.keep)},
                                counts_.waiting < waiting_max);
      },
      ClaimKind::Failed);
  if (kind == ClaimKind::Accepted) change(1, 0, 0);
  co_return kind;
}

Task<std::optional<std::int64_t>> PostgresStore::first_due(bool of_outbox) {
  return run_alone<std::optional<std::int64_t>>(
      [of_outbox](PostgresSession& session) {
        return of_outbox ? postgres::next_callback_due(session) : postgres::next_due(session);
      },
      std::nullopt);
}

Task<Taken> PostgresStore::take(Timestamp now, Timestamp lease_until, int count_max) {
  Taken taken;
  auto due = co_await first_due(false);
  if (due && *due <= wall(now)) {  // else there is nothing to begin a transaction for
    taken.works = co_await run<std::vector<Work>>(
        [this, now, lease_until, count_max](PostgresSession& session) {
          return postgres::take(session, wall(now), wall(lease_until), count_max);
        },
        {});
    due = co_await first_due(false);
    if (due && taken.works.empty()) due = std::max(*due, wall(scheduler_.now() + kSkippedWait));
  }
  if (due) taken.next_due = from_wall(*due);
  co_return taken;
}

Task<bool> PostgresStore::park(std::string event, std::uint64_t fence, Timestamp not_before, bool counts) {
  return run<bool>(
      [this, event = std::move(event), fence, not_before, counts](PostgresSession& session) {
        return postgres::park(session, {event, fence}, wall(not_before), counts);
      },
      false);
}

Task<std::vector<DeadLetter>> PostgresStore::dead_letters(int count_max) {
  auto letters = co_await run_alone<std::vector<DeadLetter>>(
      [count_max](PostgresSession& session) { return postgres::dead_letters(session, count_max); }, {});
  for (DeadLetter& letter : letters) letter.died_at = from_wall(kernel::nanoseconds(letter.died_at));
  co_return letters;
}

Task<bool> PostgresStore::redrive(std::string event, Timestamp now) {
  const bool is_there = co_await run<bool>(
      [this, event = std::move(event), now](PostgresSession& session) {
        return postgres::redrive(session, event, wall(now));
      },
      false);
  if (is_there) change(1, 0, 0);
  co_return is_there;
}

Task<std::string> PostgresStore::applied_version(std::string record) {
  return run_alone<std::string>(
      [record = std::move(record)](PostgresSession& session) {
        return postgres::applied_version(session, record);
      },
      {});
}

Task<TakenCallbacks> PostgresStore::take_callbacks(Timestamp now, Timestamp lease_until, int count_max) {
  TakenCallbacks taken;
  auto due = co_await first_due(true);
  if (due && *due <= wall(now)) {
    taken.works = co_await run<std::vector<CallbackWork>>(
        [this, now, lease_until, count_max](PostgresSession& session) {
          return postgres::take_callbacks(session, wall(now), wall(lease_until), count_max);
        },
        {});
    due = co_await first_due(true);
    if (due && taken.works.empty()) due = std::max(*due, wall(scheduler_.now() + kSkippedWait));
  }
  if (due) taken.next_due = from_wall(*due);
  co_return taken;
}

Task<bool> PostgresStore::end_callback(std::string id, std::uint64_t fence, Timestamp now,
                                       std::optional<DeadCallback> why) {
  const bool is_dead = why.has_value();
  const bool is_held = co_await run<bool>(
      [this, id = std::move(id), fence, now, why = std::move(why)](PostgresSession& session) {
        return postgres::end_callback(session, id, fence, wall(now), why);
      },
      false);
  if (is_held) change(0, -1, is_dead ? 1 : 0);
  co_return is_held;
}

Task<bool> PostgresStore::callback_delivered(std::string id, std::uint64_t fence, Timestamp now) {
  return end_callback(std::move(id), fence, now, std::nullopt);
}

Task<bool> PostgresStore::bury_callback(std::string id, std::uint64_t fence, Timestamp now,
                                        DeadCallback why) {
  return end_callback(std::move(id), fence, now, std::move(why));
}

Task<bool> PostgresStore::park_callback(std::string id, std::uint64_t fence, Timestamp not_before,
                                        bool counts) {
  return run<bool>(
      [this, id = std::move(id), fence, not_before, counts](PostgresSession& session) {
        return postgres::park_callback(session, id, fence, wall(not_before), counts);
      },
      false);
}

Task<std::vector<DeadCallback>> PostgresStore::dead_callbacks(int count_max) {
  auto all = co_await run_alone<std::vector<DeadCallback>>(
      [count_max](PostgresSession& session) { return postgres::dead_callbacks(session, count_max); }, {});
  for (DeadCallback& dead : all) dead.died_at = from_wall(kernel::nanoseconds(dead.died_at));
  co_return all;
}

Task<bool> PostgresStore::redrive_callback(std::string id, Timestamp now) {
  const bool is_there = co_await run<bool>(
      [this, id = std::move(id), now](PostgresSession& session) {
        return postgres::redrive_callback(session, id, wall(now));
      },
      false);
  if (is_there) change(0, 1, -1);
  co_return is_there;
}

}  // namespace store
