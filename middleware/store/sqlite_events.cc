#include "middleware/store/sqlite_events.h"

#include <algorithm>

#include "middleware/kernel/digest.h"

namespace store::sqlite {
namespace {

constexpr int kOpen = 0;
constexpr int kDone = 1;
constexpr int kDead = 2;

std::string text_of(const Fingerprint& fingerprint) {
  return fingerprint == Fingerprint{} ? std::string{}
                                      : kernel::to_hex(fingerprint.data(), fingerprint.size());
}

std::int64_t signed_of(std::uint64_t fence) { return static_cast<std::int64_t>(fence); }

struct Known {
  ClaimKind kind = ClaimKind::Claimed;  ///< what a claimant finds, its lease apart
  std::uint64_t fence = 0;
  std::int64_t lease_until = 0;
};

std::optional<Known> find(SqliteFile& file, const std::string& event, const Fingerprint& fingerprint) {
  auto rows = file.query("SELECT state, own, fence, lease_until, fingerprint FROM events WHERE id = ?");
  if (!rows.bind(event).step()) return std::nullopt;
  Known known{.fence = static_cast<std::uint64_t>(rows.integer(2)), .lease_until = rows.integer(3)};
  const std::string before = rows.text(4);
  const std::string now = text_of(fingerprint);
  if (rows.integer(0) == kDone) known.kind = ClaimKind::Done;
  if (rows.integer(0) == kDead) known.kind = ClaimKind::Dead;
  if (rows.integer(0) == kOpen && rows.integer(1) != 0) known.kind = ClaimKind::Waiting;
  if (!before.empty() && !now.empty() && before != now) known.kind = ClaimKind::OtherPayload;
  return known;
}

std::vector<StepRecord> steps_of(SqliteFile& file, const std::string& event) {
  std::vector<StepRecord> steps;
  auto rows = file.query("SELECT step, state, status, body FROM steps WHERE event = ? ORDER BY position");
  rows.bind(event);
  while (rows.step()) {
    steps.push_back({.step = rows.text(0),
                     .state = static_cast<StepState>(rows.integer(1)),
                     .status = static_cast<int>(rows.integer(2)),
                     .body = rows.text(3)});
  }
  return steps;
}

bool is_held(SqliteFile& file, const Holder& holder) {
  auto rows = file.query("SELECT 1 FROM events WHERE id = ? AND fence = ? AND state = 0");
  return rows.bind(holder.event).bind(signed_of(holder.fence)).step();
}

bool is_lane_free(SqliteFile& file, const std::string& lane) {
  if (lane.empty()) return true;
  auto rows =
      file.query("SELECT 1 FROM events WHERE lane = ? AND state = 0 AND own = 1 AND lane <> '' LIMIT 1");
  return !rows.bind(lane).step();
}

void promote_next(SqliteFile& file, const std::string& lane, std::int64_t now) {
  if (lane.empty()) return;
  file.query(
          "UPDATE events SET first = 1, due = ? WHERE first = 0 AND number = (SELECT min(number) FROM events "
          "WHERE lane = ? AND state = 0 AND own = 1 AND lane <> '')")
      .bind(now)
      .bind(lane)
      .run();
}

AcceptedEvent event_of(const SqliteRows& rows) {
  return {.id = rows.text(0),
          .type = rows.text(1),
          .lane = rows.text(2),
          .trace = rows.text(3),
          .payload = rows.text(4)};
}

}  // namespace

std::int64_t count_waiting(SqliteFile& file) {
  auto rows = file.query("SELECT count(*) FROM events WHERE state = 0 AND own = 1");
  return rows.step() ? rows.integer(0) : 0;
}

void forget(SqliteFile& file, std::int64_t limit) {
  file.query(
          "DELETE FROM events WHERE number IN (SELECT number FROM events WHERE state = 1 AND ended <= ? "
          "LIMIT 100)")
      .bind(limit)
      .run();
  file.query(
          "DELETE FROM versions WHERE record IN (SELECT record FROM versions WHERE applied <= ? LIMIT 100)")
      .bind(limit)
      .run();
}

Claim claim(SqliteFile& file, const std::string& event, std::int64_t now, std::int64_t lease_until,
            const Fingerprint& fingerprint) {
  const auto known = find(file, event, fingerprint);
  if (!known) {
    file.query(
            "INSERT INTO events (id, state, own, first, fence, lease_until, due, deliveries, fingerprint) "
            "VALUES (?, 0, 0, 0, 1, ?, 0, 0, ?)")
        .bind(event)
        .bind(lease_until)
        .bind(text_of(fingerprint))
        .run();
    return {.kind = ClaimKind::Claimed, .fence = 1};
  }
  if (known->kind != ClaimKind::Claimed) return {.kind = known->kind, .fence = known->fence};
  if (known->lease_until > now) {
    return {.kind = ClaimKind::InFlight,
            .fence = known->fence,
            .lease_until = kernel::at(kernel::Duration{known->lease_until})};
  }
  file.query("UPDATE events SET fence = fence + 1, lease_until = ?, fingerprint = ? WHERE id = ?")
      .bind(lease_until)
      .bind(text_of(fingerprint))
      .bind(event)
      .run();
  return {.kind = ClaimKind::Claimed, .fence = known->fence + 1, .steps = steps_of(file, event)};
}

bool write_step(SqliteFile& file, Holder holder, const StepRecord& record) {
  if (!is_held(file, holder)) return false;
  file.query(
          "INSERT INTO steps VALUES (?1, ?2, (SELECT count(*) FROM steps WHERE event = ?1), ?3, ?4, ?5) "
          "ON CONFLICT DO UPDATE SET state = ?3, status = ?4, body = ?5")
      .bind(holder.event)
      .bind(record.step)
      .bind(static_cast<std::int64_t>(record.state))
      .bind(record.status)
      .bind(record.body)
      .run();
  return true;
}

bool release(SqliteFile& file, Holder holder) {
  return file.query("UPDATE events SET lease_until = 0 WHERE id = ? AND fence = ? AND state = 0")
             .bind(holder.event)
             .bind(signed_of(holder.fence))
             .run() == 1;
}

EventEnd end(SqliteFile& file, Holder holder, std::int64_t now, const DeadLetter* why) {
  EventEnd end;
  std::string lane;
  {
    auto rows = file.query("SELECT own, lane FROM events WHERE id = ? AND fence = ? AND state = 0");
    end.is_held = rows.bind(holder.event).bind(signed_of(holder.fence)).step();
    if (end.is_held) {
      end.is_own = rows.integer(0) != 0;
      lane = rows.text(1);
    }
  }
  if (!end.is_held || (why != nullptr && !end.is_own)) return {};
  if (why == nullptr) {
    file.query("UPDATE events SET state = 1, first = 0, ended = ?, payload = NULL WHERE id = ?")
        .bind(now)
        .bind(holder.event)
        .run();
    file.query("DELETE FROM steps WHERE event = ?").bind(holder.event).run();
  } else {
    file.query("UPDATE events SET state = 2, first = 0, ended = ?, error_class = ?, error = ? WHERE id = ?")
        .bind(now)
        .bind(why->error_class)
        .bind(why->error)
        .bind(holder.event)
        .run();
  }
  if (end.is_own) promote_next(file, lane, now);
  return end;
}

ClaimKind accept(SqliteFile& file, const AcceptedEvent& event, std::int64_t now, bool has_room) {
  const auto known = find(file, event.id, event.fingerprint);
  if (known && known->kind != ClaimKind::Claimed) return known->kind;
  if (known && known->lease_until > now) return ClaimKind::InFlight;
  if (!has_room) return ClaimKind::Full;
  const std::int64_t first = is_lane_free(file, event.lane) ? 1 : 0;
  file.query(
          "INSERT INTO events (id, state, own, first, fence, lease_until, due, deliveries, fingerprint, "
          "type, lane, "
          "trace, payload) VALUES (?1, 0, 1, ?2, 0, 0, ?3, 0, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO UPDATE "
          "SET "
          "own = 1, first = ?2, lease_until = 0, due = ?3, fingerprint = ?4, type = ?5, lane = ?6, trace = "
          "?7, "
          "payload = ?8, number = (SELECT max(number) + 1 FROM events)")
      .bind(event.id)
      .bind(first)
      .bind(now)
      .bind(text_of(event.fingerprint))
      .bind(event.type)
      .bind(event.lane)
      .bind(event.trace)
      .bind(event.payload)
      .run();
  return ClaimKind::Accepted;
}

std::vector<Work> take(SqliteFile& file, std::int64_t now, std::int64_t lease_until, int count_max) {
  std::vector<Work> works;
  {
    auto rows = file.query(
        "SELECT id, type, lane, trace, payload, deliveries, fence FROM events "
        "WHERE state = 0 AND own = 1 AND first = 1 AND due <= ? ORDER BY due, number LIMIT ?");
    rows.bind(now).bind(count_max);
    while (rows.step()) {
      works.push_back({.event = event_of(rows),
                       .deliveries = static_cast<int>(rows.integer(5)) + 1,
                       .fence = static_cast<std::uint64_t>(rows.integer(6)) + 1});
    }
  }
  for (Work& work : works) {
    work.steps = steps_of(file, work.event.id);
    file.query(
            "UPDATE events SET fence = fence + 1, lease_until = ?1, due = ?1, deliveries = deliveries + 1 "
            "WHERE id = "
            "?2")
        .bind(lease_until)
        .bind(work.event.id)
        .run();
  }
  return works;
}

std::optional<std::int64_t> next_due(SqliteFile& file) {
  auto rows = file.query("SELECT min(due) FROM events WHERE state = 0 AND own = 1 AND first = 1");
  if (!rows.step() || rows.is_null(0)) return std::nullopt;
  return rows.integer(0);
}

bool park(SqliteFile& file, Holder holder, std::int64_t not_before, bool counts) {
  return file.query(
                 "UPDATE events SET lease_until = 0, due = ?, deliveries = deliveries - ? WHERE id = ? AND "
                 "fence = "
                 "? AND state = 0 AND own = 1")
             .bind(not_before)
             .bind(counts ? 0 : 1)
             .bind(holder.event)
             .bind(signed_of(holder.fence))
             .run() == 1;
}

std::vector<DeadLetter> dead_letters(SqliteFile& file, int count_max) {
  std::vector<DeadLetter> letters;
  auto rows = file.query(
      "SELECT id, type, lane, trace, payload, error_class, error, deliveries, ended FROM events WHERE state "
      "= 2 "
      "ORDER BY ended, number LIMIT ?");
  rows.bind(count_max);
  while (rows.step()) {
    letters.push_back({.event = event_of(rows),
                       .error_class = rows.text(5),
                       .error = rows.text(6),
                       .deliveries = static_cast<int>(rows.integer(7)),
                       .died_at = kernel::at(kernel::Duration{rows.integer(8)})});
  }
  return letters;
}

bool redrive(SqliteFile& file, const std::string& event, std::int64_t now) {
  std::string lane;
  {
    auto rows = file.query("SELECT lane FROM events WHERE id = ? AND state = 2");
    if (!rows.bind(event).step()) return false;
    lane = rows.text(0);
  }
  file.query(
          "UPDATE events SET state = 0, first = ?, due = ?, lease_until = 0, deliveries = 0, ended = NULL, "
          "error_class = NULL, error = NULL, number = (SELECT max(number) + 1 FROM events) WHERE id = ?")
      .bind(is_lane_free(file, lane) ? 1 : 0)
      .bind(now)
      .bind(event)
      .run();
  return true;
}

void apply_version(SqliteFile& file, const AppliedVersion& applied, std::int64_t now) {
  file.query(
          "INSERT INTO versions VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET version = max(version, "
          "excluded.version), applied = excluded.applied")
      .bind(applied.record)
      .bind(applied.version)
      .bind(now)
      .run();
}

std::string applied_version(SqliteFile& file, const std::string& record) {
  auto rows = file.query("SELECT version FROM versions WHERE record = ?");
  return rows.bind(record).step() ? rows.text(0) : std::string{};
}

}  // namespace store::sqlite
