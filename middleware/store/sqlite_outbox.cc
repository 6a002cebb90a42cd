#include "middleware/store/sqlite_outbox.h"

namespace store::sqlite {

// `state`: 0 pending, 2 dead. `first`: the first of its lane that is pending; only such a callback is due.
const char* const kOutboxSchema = R"(
CREATE TABLE outbox (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, event TEXT NOT NULL, name TEXT NOT NULL,
  api TEXT NOT NULL, lane TEXT NOT NULL, trace TEXT NOT NULL, request TEXT NOT NULL, state INTEGER NOT NULL,
  first INTEGER NOT NULL, fence INTEGER NOT NULL, lease_until INTEGER NOT NULL, due INTEGER NOT NULL,
  deliveries INTEGER NOT NULL, error_class TEXT, error TEXT, ended INTEGER);
CREATE INDEX outbox_due ON outbox (due, number) WHERE state = 0 AND first = 1;
CREATE INDEX outbox_lane ON outbox (lane, number) WHERE state = 0 AND lane <> '';
CREATE INDEX outbox_dead ON outbox (ended, number) WHERE state = 2;
)";

namespace {

std::int64_t signed_of(std::uint64_t fence) { return static_cast<std::int64_t>(fence); }

bool is_lane_free(SqliteFile& file, const std::string& lane) {
  if (lane.empty()) return true;
  auto rows = file.query("SELECT 1 FROM outbox WHERE lane = ? AND state = 0 AND lane <> '' LIMIT 1");
  return !rows.bind(lane).step();
}

void promote_next(SqliteFile& file, const std::string& lane, std::int64_t now) {
  if (lane.empty()) return;
  file.query(
          "UPDATE outbox SET first = 1, due = ? WHERE first = 0 AND number = (SELECT min(number) FROM outbox "
          "WHERE lane = ? AND state = 0 AND lane <> '')")
      .bind(now)
      .bind(lane)
      .run();
}

/// Of a row that begins with these seven columns.
Callback callback_of(const SqliteRows& rows) {
  return {.id = rows.text(0),
          .event = rows.text(1),
          .name = rows.text(2),
          .api = rows.text(3),
          .lane = rows.text(4),
          .trace = rows.text(5),
          .request = rows.text(6)};
}

}  // namespace

OutboxCount count_callbacks(SqliteFile& file) {
  auto rows = file.query("SELECT coalesce(sum(state = 0), 0), coalesce(sum(state = 2), 0) FROM outbox");
  return rows.step() ? OutboxCount{.pending = rows.integer(0), .dead = rows.integer(1)} : OutboxCount{};
}

int add_callbacks(SqliteFile& file, const Callbacks& callbacks, std::int64_t now) {
  int added = 0;
  for (const Callback& callback : callbacks) {
    added += file.query(
                     "INSERT INTO outbox (id, event, name, api, lane, trace, request, state, first, fence, "
                     "lease_until, due, deliveries) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, 0, 0, ?, 0) "
                     "ON CONFLICT (id) DO NOTHING")
                 .bind(callback.id)
                 .bind(callback.event)
                 .bind(callback.name)
                 .bind(callback.api)
                 .bind(callback.lane)
                 .bind(callback.trace)
                 .bind(callback.request)
                 .bind(is_lane_free(file, callback.lane) ? 1 : 0)
                 .bind(now)
                 .run();
  }
  return added;
}

std::vector<CallbackWork> take_callbacks(SqliteFile& file, std::int64_t now, std::int64_t lease_until,
                                         int count_max) {
  std::vector<CallbackWork> works;
  {
    auto rows = file.query(
        "SELECT id, event, name, api, lane, trace, request, deliveries, fence FROM outbox "
        "WHERE state = 0 AND first = 1 AND due <= ? ORDER BY due, number LIMIT ?");
    rows.bind(now).bind(count_max);
    while (rows.step()) {
      works.push_back({.callback = callback_of(rows),
                       .deliveries = static_cast<int>(rows.integer(7)) + 1,
                       .fence = static_cast<std::uint64_t>(rows.integer(8)) + 1});
    }
  }
  for (const CallbackWork& work : works) {
    file.query(
            "UPDATE outbox SET fence = fence + 1, lease_until = ?1, due = ?1, deliveries = deliveries + 1 "
            "WHERE id = ?2")
        .bind(lease_until)
        .bind(work.callback.id)
        .run();
  }
  return works;
}

std::optional<std::int64_t> next_callback_due(SqliteFile& file) {
  auto rows = file.query("SELECT min(due) FROM outbox WHERE state = 0 AND first = 1");
  if (!rows.step() || rows.is_null(0)) return std::nullopt;
  return rows.integer(0);
}

bool end_callback(SqliteFile& file, const std::string& id, std::uint64_t fence, std::int64_t now,
                  const DeadCallback* why) {
  std::string lane;
  {
    auto rows = file.query("SELECT lane FROM outbox WHERE id = ? AND fence = ? AND state = 0");
    if (!rows.bind(id).bind(signed_of(fence)).step()) return false;
    lane = rows.text(0);
  }
  if (why == nullptr) {
    file.query("DELETE FROM outbox WHERE id = ?").bind(id).run();
  } else {
    file.query(
            "UPDATE outbox SET state = 2, first = 0, lease_until = 0, ended = ?, error_class = ?, error = ? "
            "WHERE id = ?")
        .bind(now)
        .bind(why->error_class)
        .bind(why->error)
        .bind(id)
        .run();
  }
  promote_next(file, lane, now);
  return true;
}

bool park_callback(SqliteFile& file, const std::string& id, std::uint64_t fence, std::int64_t not_before,
                   bool counts) {
  return file.query(
                 "UPDATE outbox SET lease_until = 0, due = ?, deliveries = deliveries - ? WHERE id = ? AND "
                 "fence = ? AND state = 0")
             .bind(not_before)
             .bind(counts ? 0 : 1)
             .bind(id)
             .bind(signed_of(fence))
             .run() == 1;
}

std::vector<DeadCallback> dead_callbacks(SqliteFile& file, int count_max) {
  std::vector<DeadCallback> all;
  auto rows = file.query(
      "SELECT id, event, name, api, lane, trace, request, error_class, error, deliveries, ended FROM outbox "
      "WHERE state = 2 ORDER BY ended, number LIMIT ?");
  rows.bind(count_max);
  while (rows.step()) {
    all.push_back({.callback = callback_of(rows),
                   .error_class = rows.text(7),
                   .error = rows.text(8),
                   .deliveries = static_cast<int>(rows.integer(9)),
                   .died_at = kernel::at(kernel::Duration{rows.integer(10)})});
  }
  return all;
}

bool redrive_callback(SqliteFile& file, const std::string& id, std::int64_t now) {
  std::string lane;
  {
    auto rows = file.query("SELECT lane FROM outbox WHERE id = ? AND state = 2");
    if (!rows.bind(id).step()) return false;
    lane = rows.text(0);
  }
  file.query(
          "UPDATE outbox SET state = 0, first = ?, due = ?, lease_until = 0, deliveries = 0, ended = NULL, "
          "error_class = NULL, error = NULL, number = (SELECT max(number) + 1 FROM outbox) WHERE id = ?")
      .bind(is_lane_free(file, lane) ? 1 : 0)
      .bind(now)
      .bind(id)
      .run();
  return true;
}

}  // namespace store::sqlite
