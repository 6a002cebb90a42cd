#include "middleware/store/postgres_store.h"

#include <algorithm>
#include <utility>

#include "middleware/store/postgres_events.h"
#include "middleware/store/postgres_fellows.h"
#include "middleware/store/postgres_outbox.h"
#include "middleware/store/postgres_store_parts.h"

namespace store {

using kernel::Task;
using kernel::Timestamp;

namespace {

/// Counting takes longer the more there is: a fifth of the time at most, until it comes a tenth as often.
constexpr int kCountingShare = 5;
constexpr int kLooksMax = 10;
/// Without a count of a quiet moment for so many looks one of a busy moment is taken.
constexpr int kCountsOverlappedMax = 5;

}  // namespace

PostgresStore::PostgresStore(PostgresConfig config, PostgresGround ground)
    : config_(config),
      scheduler_(ground.scheduler),
      epoch_((scheduler_.wall_now().time_since_epoch() - scheduler_.now().time_since_epoch()).count()),
      pool_(std::move(config), std::move(ground)) {
  looking_.spawn(look_around());
}

namespace {

Task<bool> write_nothing(PostgresSession& session) {
  const PostgresRows rows = co_await session.query("UPDATE about SET version = version", {});
  co_return rows.changed() == 1;
}

}  // namespace

void PostgresStore::change(std::int64_t waiting, std::int64_t pending, std::int64_t dead) {
  counts_.waiting += waiting;
  counts_.callbacks.pending += pending;
  counts_.callbacks.dead += dead;
  ++changes_;
}

Task<void> PostgresStore::look_around() {
  while (true) {
    // Reading may go well while nothing can be written (a full disk), and nobody writes while we are not
    // ready.
    if (pool_.trouble()) co_await run<bool>(write_nothing, false);
    const Timestamp before = scheduler_.now();
    co_await count_anew();
    const kernel::Duration took = scheduler_.now() - before;
    const std::int64_t limit = wall(scheduler_.now() - config_.keep);
    co_await run_alone<int>([limit](PostgresSession& session) { return postgres::forget(session, limit); },
                            0);
    co_await kernel::sleep_for_duration(
        scheduler_, std::clamp(took * kCountingShare, config_.look_every, config_.look_every * kLooksMax));
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
    counts_overlapped_ = 0;
    co_return;
  }
  // What we changed meanwhile may be in the count or not: what we know of ourselves is better, for a while.
  if (++counts_overlapped_ < kCountsOverlappedMax) co_return;
  counts_overlapped_ = 0;
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

Task<std::optional<Meeting>> some(Task<Meeting> meeting) { co_return co_await std::move(meeting); }

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

Task<std::optional<Meeting>> PostgresStore::meet(std::string instance, std::vector<OpenBreaker> open,
                                                 Timestamp now, Timestamp forget_before) {
  const auto moved = [this](std::vector<OpenBreaker> breakers) {
    for (OpenBreaker& breaker : breakers) breaker.until = kernel::at(kernel::Duration{wall(breaker.until)});
    return breakers;
  };
  auto meeting = co_await run<std::optional<Meeting>>(
      [this, instance = std::move(instance), open = moved(std::move(open)), now,
       forget_before](PostgresSession& session) {
        return some(postgres::meet(session, instance, open, wall(now), wall(forget_before)));
      },
      std::nullopt);
  if (!meeting) co_return std::nullopt;
  for (OpenBreaker& breaker : meeting->open) breaker.until = from_wall(kernel::nanoseconds(breaker.until));
  co_return meeting;
}

}  // namespace store
