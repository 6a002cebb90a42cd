// What hangs on events and outlives them: steps, versions of records, lanes.
#include "middleware/store/postgres_events.h"

namespace store::postgres {

using kernel::Task;

Task<std::vector<StepRecord>> steps_of(PostgresSession& session, std::string event) {
  std::vector<StepRecord> steps;
  const PostgresRows rows =
      co_await session.query("SELECT name, state, status, body FROM steps WHERE event = $1 ORDER BY number",
                             PostgresParameters().key(event));
  for (int row = 0; row < rows.count(); ++row) {
    steps.push_back({.step = rows.text(row, 0),
                     .state = static_cast<StepState>(rows.integer(row, 1)),
                     .status = static_cast<int>(rows.integer(row, 2)),
                     .body = rows.bytes(row, 3)});
  }
  co_return steps;
}

Task<bool> write_step(PostgresSession& session, Holder holder, StepRecord record) {
  // The lock keeps the claim ours until the step is written.
  const PostgresRows rows = co_await session.query(
      "WITH held AS (SELECT key FROM events WHERE key = $1 AND fence = $2 AND state = 0 FOR NO KEY UPDATE) "
      "INSERT INTO steps (event, step, name, state, status, body) SELECT key, $3, $4, $5, $6, $7 FROM held "
      "ON CONFLICT (event, step) DO UPDATE SET state = excluded.state, status = excluded.status, "
      "body = excluded.body",
      PostgresParameters()
          .key(holder.event)
          .integer(signed_of(holder.fence))
          .key(record.step)
          .text(record.step)
          .integer(static_cast<std::int64_t>(record.state))
          .integer(record.status)
          .bytes(record.body));
  co_return rows.changed() == 1;
}

Task<void> apply_version(PostgresSession& session, AppliedVersion applied, std::int64_t now) {
  if (applied.record.empty()) co_return;
  co_await session.query(
      "INSERT INTO versions AS v VALUES ($1, $2, $3) ON CONFLICT (record) DO UPDATE SET version = "
      "greatest(v.version, excluded.version), applied = excluded.applied",
      PostgresParameters().key(applied.record).bytes(applied.version).integer(now));
}

Task<std::string> applied_version(PostgresSession& session, std::string record) {
  const PostgresRows rows = co_await session.query("SELECT version FROM versions WHERE record = $1",
                                                   PostgresParameters().key(record));
  co_return rows.count() == 0 ? std::string{} : rows.bytes(0, 0);
}

Task<bool> enter_lane(PostgresSession& session, std::string lane_key, bool is_outbox) {
  const PostgresRows rows = co_await session.query(
      "INSERT INTO lanes AS l (lane, is_outbox, waiting) VALUES ($1, $2, 1) "
      "ON CONFLICT (lane) DO UPDATE SET waiting = l.waiting + 1 RETURNING waiting",
      PostgresParameters().bytes(lane_key).flag(is_outbox));
  co_return rows.integer(0, 0) == 1;
}

Task<std::int64_t> leave_lane(PostgresSession& session, std::string lane_key) {
  const PostgresRows rows =
      co_await session.query("UPDATE lanes SET waiting = waiting - 1 WHERE lane = $1 RETURNING waiting",
                             PostgresParameters().bytes(lane_key));
  const std::int64_t left = rows.count() == 0 ? 0 : rows.integer(0, 0);
  if (left == 0)
    co_await session.query("DELETE FROM lanes WHERE lane = $1", PostgresParameters().bytes(lane_key));
  co_return left;
}

Task<int> forget(PostgresSession& session, std::int64_t limit) {
  const PostgresRows events = co_await session.query(
      "DELETE FROM events WHERE key IN (SELECT key FROM events WHERE state = 1 AND ended <= $1 LIMIT 500 "
      "FOR UPDATE SKIP LOCKED)",
      PostgresParameters().integer(limit));
  const PostgresRows versions = co_await session.query(
      "DELETE FROM versions WHERE record IN (SELECT record FROM versions WHERE applied <= $1 LIMIT 500 "
      "FOR UPDATE SKIP LOCKED)",
      PostgresParameters().integer(limit));
  co_return events.changed() + versions.changed();
}

}  // namespace store::postgres
