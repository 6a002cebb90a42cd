#include "middleware/store/postgres_events.h"

#include <algorithm>

namespace store::postgres {

using kernel::Task;

namespace {

constexpr int kOpen = 0;
constexpr int kDone = 1;
constexpr int kDead = 2;

std::string bytes_of(const Fingerprint& fingerprint) {
  return fingerprint == Fingerprint{}
             ? std::string{}
             : std::string(reinterpret_cast<const char*>(fingerprint.data()), fingerprint.size());
}

/// "": it waits for nobody.
std::string lane_key_of(const std::string& lane) { return lane.empty() ? std::string{} : key_of(lane); }

struct Known {
  ClaimKind kind = ClaimKind::Claimed;  ///< what a claimant finds, its lease apart
  std::uint64_t fence = 0;
  std::int64_t lease_until = 0;
  bool is_forgotten = false;
};

/// Locks the event.
Task<std::optional<Known>> find(PostgresSession& session, std::string event, Moment moment,
                                Fingerprint fingerprint) {
  const PostgresRows rows = co_await session.query(
      "SELECT state, own, fence, lease_until, fingerprint, ended FROM events WHERE key = $1 FOR UPDATE",
      PostgresParameters().key(event));
  if (rows.count() == 0) co_return std::nullopt;
  Known known{.fence = static_cast<std::uint64_t>(rows.integer(0, 2)), .lease_until = rows.integer(0, 3)};
  const auto state = rows.integer(0, 0);
  const std::string before = rows.bytes(0, 4);
  const std::string now = bytes_of(fingerprint);
  if (state == kDone) known.kind = ClaimKind::Done;
  if (state == kDead) known.kind = ClaimKind::Dead;
  if (state == kOpen && rows.flag(0, 1)) known.kind = ClaimKind::Waiting;
  if (!before.empty() && !now.empty() && before != now) known.kind = ClaimKind::OtherPayload;
  known.is_forgotten = state == kDone && rows.integer(0, 5) <= moment.forget_before;
  co_return known;
}

/// So that it is as new to us as it will be to everybody.
Task<void> drop(PostgresSession& session, std::string event) {
  co_await session.query("DELETE FROM events WHERE key = $1", PostgresParameters().key(event));
}

/// False: another process was first.
Task<bool> insert_claimed(PostgresSession& session, std::string event, std::int64_t lease_until,
                          Fingerprint fingerprint) {
  const PostgresRows rows = co_await session.query(
      "INSERT INTO events (key, id, own, first, fence, lease_until, fingerprint) "
      "VALUES ($1, $2, false, false, 1, $3, $4) ON CONFLICT (key) DO NOTHING",
      PostgresParameters().key(event).text(event).integer(lease_until).bytes(bytes_of(fingerprint)));
  co_return rows.changed() == 1;
}

Task<bool> insert_accepted(PostgresSession& session, const AcceptedEvent& event, std::int64_t now) {
  const PostgresRows rows = co_await session.query(
      "INSERT INTO events (key, id, own, first, fence, lease_until, due, fingerprint, type, lane, lane_key, "
      "trace, payload) VALUES ($1, $2, true, $3, 0, 0, $4, $5, $6, $7, $8, $9, $10) "
      "ON CONFLICT (key) DO NOTHING",
      PostgresParameters()
          .key(event.id)
          .text(event.id)
          .flag(event.lane.empty())
          .integer(now)
          .bytes(bytes_of(event.fingerprint))
          .text(event.type)
          .text(event.lane)
          .bytes_or_null(lane_key_of(event.lane))
          .text(event.trace)
          .bytes(event.payload));
  co_return rows.changed() == 1;
}

/// What its caller kept so far; the row is locked.
Task<void> take_over(PostgresSession& session, const AcceptedEvent& event, std::int64_t now) {
  co_await session.query(
      "UPDATE events SET own = true, first = $2, lease_until = 0, due = $3, fingerprint = $4, type = $5, "
      "lane = $6, lane_key = $7, trace = $8, payload = $9, number = nextval('numbers') WHERE key = $1",
      PostgresParameters()
          .key(event.id)
          .flag(event.lane.empty())
          .integer(now)
          .bytes(bytes_of(event.fingerprint))
          .text(event.type)
          .text(event.lane)
          .bytes_or_null(lane_key_of(event.lane))
          .text(event.trace)
          .bytes(event.payload));
}

/// The lane's next, if there is one, is due. The lane is locked.
Task<void> promote_next(PostgresSession& session, std::string lane_key, std::int64_t now) {
  co_await session.query(
      "UPDATE events SET first = true, due = $2 WHERE NOT first AND key = (SELECT key FROM events WHERE "
      "lane_key = $1 AND state = 0 AND own ORDER BY number LIMIT 1)",
      PostgresParameters().bytes(lane_key).integer(now));
}

AcceptedEvent event_of(const PostgresRows& rows, int row) {
  return {.id = rows.text(row, 0),
          .type = rows.text(row, 1),
          .lane = rows.text(row, 2),
          .trace = rows.text(row, 3),
          .payload = rows.bytes(row, 4)};
}

}  // namespace

Task<Claim> claim(PostgresSession& session, std::string event, Moment moment, std::int64_t lease_until,
                  Fingerprint fingerprint) {
  while (true) {
    if (co_await insert_claimed(session, event, lease_until, fingerprint))
      co_return Claim{.kind = ClaimKind::Claimed, .fence = 1};
    const std::optional<Known> known = co_await find(session, event, moment, fingerprint);
    if (!known) continue;  // forgotten in this moment
    if (known->is_forgotten) {
      co_await drop(session, event);
      continue;
    }
    if (known->kind != ClaimKind::Claimed) co_return Claim{.kind = known->kind, .fence = known->fence};
    if (known->lease_until > moment.now) {
      co_return Claim{.kind = ClaimKind::InFlight,
                      .fence = known->fence,
                      .lease_until = kernel::at(kernel::Duration{known->lease_until})};
    }
    co_await session.query(
        "UPDATE events SET fence = fence + 1, lease_until = $2, fingerprint = $3 WHERE key = $1",
        PostgresParameters().key(event).integer(lease_until).bytes(bytes_of(fingerprint)));
    Claim claim{.kind = ClaimKind::Claimed, .fence = known->fence + 1};
    claim.steps = co_await steps_of(session, event);
    co_return claim;
  }
}

Task<bool> release(PostgresSession& session, Holder holder) {
  const PostgresRows rows =
      co_await session.query("UPDATE events SET lease_until = 0 WHERE key = $1 AND fence = $2 AND state = 0",
                             PostgresParameters().key(holder.event).integer(signed_of(holder.fence)));
  co_return rows.changed() == 1;
}

Task<EventEnd> end(PostgresSession& session, Holder holder, std::int64_t now, std::optional<DeadLetter> why) {
  PostgresParameters found =
      PostgresParameters().key(holder.event).integer(signed_of(holder.fence)).integer(now);
  PostgresRows rows;
  if (!why) {
    rows = co_await session.query(
        "WITH ended AS (UPDATE events SET state = 1, first = false, ended = $3, payload = NULL WHERE key = "
        "$1 "
        "AND fence = $2 AND state = 0 RETURNING key, own, lane_key), gone AS (DELETE FROM steps USING ended "
        "WHERE steps.event = ended.key) SELECT own, lane_key FROM ended",
        std::move(found));
  } else {
    rows = co_await session.query(
        "UPDATE events SET state = 2, first = false, ended = $3, error_class = $4, error = $5 WHERE key = $1 "
        "AND fence = $2 AND state = 0 AND own RETURNING own, lane_key",
        std::move(found).text(why->error_class).text(why->error));
  }
  if (rows.count() == 0) co_return EventEnd{};
  const EventEnd end{.is_held = true, .is_own = rows.flag(0, 0)};
  if (!end.is_own || rows.is_null(0, 1)) co_return end;
  const std::string lane_key = rows.bytes(0, 1);
  if (co_await leave_lane(session, lane_key) > 0) co_await promote_next(session, lane_key, now);
  co_return end;
}

Task<ClaimKind> accept(PostgresSession& session, AcceptedEvent event, Moment moment, bool has_room) {
  while (true) {
    bool is_new = false;
    if (has_room) is_new = co_await insert_accepted(session, event, moment.now);
    if (!is_new) {
      const std::optional<Known> known = co_await find(session, event.id, moment, event.fingerprint);
      if (!known && !has_room) co_return ClaimKind::Full;
      if (!known) continue;
      if (known->is_forgotten) {
        co_await drop(session, event.id);
        continue;
      }
      if (known->kind != ClaimKind::Claimed) co_return known->kind;
      if (known->lease_until > moment.now) co_return ClaimKind::InFlight;
      if (!has_room) co_return ClaimKind::Full;
      co_await take_over(session, event, moment.now);
    }
    if (event.lane.empty()) co_return ClaimKind::Accepted;
    if (co_await enter_lane(session, key_of(event.lane), false)) {
      co_await session.query("UPDATE events SET first = true WHERE key = $1",
                             PostgresParameters().key(event.id));
    }
    co_return ClaimKind::Accepted;
  }
}

Task<std::vector<Work>> take(PostgresSession& session, std::int64_t now, std::int64_t lease_until,
                             int count_max) {
  const PostgresRows rows = co_await session.query(
      "WITH ready AS (SELECT key, due, number FROM events WHERE state = 0 AND own AND first AND due <= $1 "
      "ORDER BY due, number LIMIT $3 FOR UPDATE SKIP LOCKED), taken AS (UPDATE events e SET fence = fence + "
      "1, lease_until = $2, due = $2, deliveries = deliveries + 1 FROM ready WHERE e.key = ready.key "
      "RETURNING e.id, e.type, e.lane, e.trace, e.payload, e.deliveries, e.fence, ready.due AS was_due, "
      "ready.number) "
      "SELECT * FROM taken ORDER BY was_due, number",
      PostgresParameters().integer(now).integer(lease_until).integer(count_max));
  std::vector<Work> works;
  for (int row = 0; row < rows.count(); ++row) {
    works.push_back({.event = event_of(rows, row),
                     .deliveries = static_cast<int>(rows.integer(row, 5)),
                     .fence = static_cast<std::uint64_t>(rows.integer(row, 6))});
    if (works.back().fence == 1) continue;  // nobody had it before
    const std::string event = works.back().event.id;
    works.back().steps = co_await steps_of(session, event);
  }
  co_return works;
}

Task<std::optional<std::int64_t>> next_due(PostgresSession& session) {
  const PostgresRows rows = co_await session.query(
      "SELECT min(due) FROM events WHERE state = 0 AND own AND first", PostgresParameters());
  if (rows.is_null(0, 0)) co_return std::nullopt;
  co_return rows.integer(0, 0);
}

Task<bool> park(PostgresSession& session, Holder holder, std::int64_t not_before, bool counts) {
  const PostgresRows rows = co_await session.query(
      "UPDATE events SET lease_until = 0, due = $3, deliveries = deliveries - $4 WHERE key = $1 AND fence = "
      "$2 AND state = 0 AND own",
      PostgresParameters()
          .key(holder.event)
          .integer(signed_of(holder.fence))
          .integer(not_before)
          .integer(counts ? 0 : 1));
  co_return rows.changed() == 1;
}

Task<std::vector<DeadLetter>> dead_letters(PostgresSession& session, int count_max) {
  const PostgresRows rows = co_await session.query(
      "SELECT id, type, lane, trace, payload, error_class, error, deliveries, ended FROM events WHERE state "
      "= 2 ORDER BY ended, number LIMIT $1",
      PostgresParameters().integer(count_max));
  std::vector<DeadLetter> letters;
  for (int row = 0; row < rows.count(); ++row) {
    letters.push_back({.event = event_of(rows, row),
                       .error_class = rows.text(row, 5),
                       .error = rows.text(row, 6),
                       .deliveries = static_cast<int>(rows.integer(row, 7)),
                       .died_at = kernel::at(kernel::Duration{rows.integer(row, 8)})});
  }
  co_return letters;
}

Task<bool> redrive(PostgresSession& session, std::string event, std::int64_t now) {
  const PostgresRows rows = co_await session.query(
      "UPDATE events SET state = 0, first = lane_key IS NULL, due = $2, lease_until = 0, deliveries = 0, "
      "ended = NULL, error_class = NULL, error = NULL, number = nextval('numbers') WHERE key = $1 AND state "
      "= 2 RETURNING lane_key",
      PostgresParameters().key(event).integer(now));
  if (rows.count() == 0) co_return false;
  if (rows.is_null(0, 0)) co_return true;
  const std::string lane_key = rows.bytes(0, 0);
  if (co_await enter_lane(session, lane_key, false)) {
    co_await session.query("UPDATE events SET first = true WHERE key = $1", PostgresParameters().key(event));
  }
  co_return true;
}

}  // namespace store::postgres
