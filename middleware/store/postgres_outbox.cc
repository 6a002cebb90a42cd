#include "middleware/store/postgres_outbox.h"

#include "middleware/store/postgres_events.h"

namespace store::postgres {

using kernel::Task;

namespace {

/// Lanes of events and of the outbox stand in one table.
std::string lane_key_of(const std::string& lane) { return key_of("outbox " + lane); }

/// Of a row that begins with these seven columns.
Callback callback_of(const PostgresRows& rows, int row) {
  return {.id = rows.text(row, 0),
          .event = rows.text(row, 1),
          .name = rows.text(row, 2),
          .api = rows.text(row, 3),
          .lane = rows.text(row, 4),
          .trace = rows.text(row, 5),
          .request = rows.bytes(row, 6)};
}

Task<void> enter(PostgresSession& session, std::string id, std::string lane_key) {
  if (!co_await enter_lane(session, std::move(lane_key), true)) co_return;
  co_await session.query("UPDATE outbox SET first = true WHERE key = $1", PostgresParameters().key(id));
}

Task<bool> add(PostgresSession& session, Callback callback, std::int64_t now) {
  const bool has_lane = !callback.lane.empty();
  const PostgresRows rows = co_await session.query(
      "INSERT INTO outbox (key, id, event, name, api, lane, lane_key, trace, request, first, due) VALUES "
      "($1, "
      "$2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (key) DO NOTHING",
      PostgresParameters()
          .key(callback.id)
          .text(callback.id)
          .text(callback.event)
          .text(callback.name)
          .text(callback.api)
          .text(callback.lane)
          .bytes_or_null(has_lane ? lane_key_of(callback.lane) : std::string{})
          .text(callback.trace)
          .bytes(callback.request)
          .flag(!has_lane)
          .integer(now));
  if (rows.changed() == 0) co_return false;
  if (has_lane) co_await enter(session, callback.id, lane_key_of(callback.lane));
  co_return true;
}

}  // namespace

Task<std::int64_t> add_callbacks(PostgresSession& session, Callbacks callbacks, std::int64_t now) {
  std::int64_t added = 0;
  for (const Callback& callback : callbacks) {
    if (co_await add(session, callback, now)) ++added;
  }
  co_return added;
}

Task<std::vector<CallbackWork>> take_callbacks(PostgresSession& session, std::int64_t now,
                                               std::int64_t lease_until, int count_max) {
  const PostgresRows rows = co_await session.query(
      "WITH ready AS (SELECT key, due, number FROM outbox WHERE state = 0 AND first AND due <= $1 ORDER BY "
      "due, number LIMIT $3 FOR UPDATE SKIP LOCKED), taken AS (UPDATE outbox o SET fence = fence + 1, "
      "lease_until = $2, due = $2, deliveries = deliveries + 1 FROM ready WHERE o.key = ready.key RETURNING "
      "o.id, o.event, o.name, o.api, o.lane, o.trace, o.request, o.deliveries, o.fence, ready.due AS "
      "was_due, "
      "ready.number) SELECT * FROM taken ORDER BY was_due, number",
      PostgresParameters().integer(now).integer(lease_until).integer(count_max));
  std::vector<CallbackWork> works;
  for (int row = 0; row < rows.count(); ++row) {
    works.push_back({.callback = callback_of(rows, row),
                     .deliveries = static_cast<int>(rows.integer(row, 7)),
                     .fence = static_cast<std::uint64_t>(rows.integer(row, 8))});
  }
  co_return works;
}

Task<std::optional<std::int64_t>> next_callback_due(PostgresSession& session) {
  const PostgresRows rows =
      co_await session.query("SELECT min(due) FROM outbox WHERE state = 0 AND first", PostgresParameters());
  if (rows.is_null(0, 0)) co_return std::nullopt;
  co_return rows.integer(0, 0);
}

Task<bool> end_callback(PostgresSession& session, std::string id, std::uint64_t fence, std::int64_t now,
                        std::optional<DeadCallback> why) {
  PostgresParameters found = PostgresParameters().key(id).integer(signed_of(fence));
  PostgresRows rows;
  if (!why) {
    rows = co_await session.query(
        "DELETE FROM outbox WHERE key = $1 AND fence = $2 AND state = 0 RETURNING lane_key",
        std::move(found));
  } else {
    rows = co_await session.query(
        "UPDATE outbox SET state = 2, first = false, lease_until = 0, ended = $3, error_class = $4, error = "
        "$5 WHERE key = $1 AND fence = $2 AND state = 0 RETURNING lane_key",
        std::move(found).integer(now).text(why->error_class).text(why->error));
  }
  if (rows.count() == 0) co_return false;
  if (rows.is_null(0, 0)) co_return true;
  const std::string lane_key = rows.bytes(0, 0);
  if (co_await leave_lane(session, lane_key) > 0) {
    co_await session.query(
        "UPDATE outbox SET first = true, due = $2 WHERE NOT first AND key = (SELECT key FROM outbox WHERE "
        "lane_key = $1 AND state = 0 ORDER BY number LIMIT 1)",
        PostgresParameters().bytes(lane_key).integer(now));
  }
  co_return true;
}

Task<bool> park_callback(PostgresSession& session, std::string id, std::uint64_t fence,
                         std::int64_t not_before, bool counts) {
  const PostgresRows rows = co_await session.query(
      "UPDATE outbox SET lease_until = 0, due = $3, deliveries = deliveries - $4 WHERE key = $1 AND fence = "
      "$2 AND state = 0",
      PostgresParameters().key(id).integer(signed_of(fence)).integer(not_before).integer(counts ? 0 : 1));
  co_return rows.changed() == 1;
}

Task<std::vector<DeadCallback>> dead_callbacks(PostgresSession& session, int count_max) {
  const PostgresRows rows = co_await session.query(
      "SELECT id, event, name, api, lane, trace, request, error_class, error, deliveries, ended FROM outbox "
      "WHERE state = 2 ORDER BY ended, number LIMIT $1",
      PostgresParameters().integer(count_max));
  std::vector<DeadCallback> all;
  for (int row = 0; row < rows.count(); ++row) {
    all.push_back({.callback = callback_of(rows, row),
                   .error_class = rows.text(row, 7),
                   .error = rows.text(row, 8),
                   .deliveries = static_cast<int>(rows.integer(row, 9)),
                   .died_at = kernel::at(kernel::Duration{rows.integer(row, 10)})});
  }
  co_return all;
}

Task<bool> redrive_callback(PostgresSession& session, std::string id, std::int64_t now) {
  const PostgresRows rows = co_await session.query(
      "UPDATE outbox SET state = 0, first = lane_key IS NULL, due = $2, lease_until = 0, deliveries = 0, "
      "ended = NULL, error_class = NULL, error = NULL, number = nextval('numbers') WHERE key = $1 AND state "
      "= 2 RETURNING lane_key",
      PostgresParameters().key(id).integer(now));
  if (rows.count() == 0) co_return false;
  if (rows.is_null(0, 0)) co_return true;
  co_await enter(session, id, rows.bytes(0, 0));
  co_return true;
}

}  // namespace store::postgres
