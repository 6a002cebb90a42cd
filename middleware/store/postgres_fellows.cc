#include "middleware/store/postgres_fellows.h"

namespace store::postgres {

using kernel::Task;

Task<Meeting> meet(PostgresSession& session, std::string instance, std::vector<OpenBreaker> open,
                   std::int64_t now, std::int64_t forget_before) {
  co_await session.query(
      "INSERT INTO instances VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET seen = excluded.seen",
      PostgresParameters().key(instance).text(instance).integer(now));
  co_await session.query("DELETE FROM open_breakers WHERE instance = $1", PostgresParameters().key(instance));
  for (const OpenBreaker& breaker : open) {
    co_await session.query(
        "INSERT INTO open_breakers VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        PostgresParameters().key(instance).text(breaker.api).integer(kernel::nanoseconds(breaker.until)));
  }
  co_await session.query(
      "DELETE FROM instances WHERE key IN (SELECT key FROM instances WHERE seen < $1 FOR UPDATE SKIP LOCKED)",
      PostgresParameters().integer(forget_before));
  const PostgresRows there = co_await session.query("SELECT count(*) FROM instances WHERE seen >= $1",
                                                    PostgresParameters().integer(forget_before));
  const PostgresRows rows = co_await session.query(
      "SELECT api, max(until) FROM open_breakers JOIN instances ON key = instance WHERE instance <> $1 AND "
      "until > $2 GROUP BY api ORDER BY api",
      PostgresParameters().key(instance).integer(now));
  Meeting meeting{.instances = static_cast<int>(there.integer(0, 0))};
  for (int row = 0; row < rows.count(); ++row) {
    meeting.open.push_back(
        {.api = rows.text(row, 0), .until = kernel::at(kernel::Duration{rows.integer(row, 1)})});
  }
  co_return meeting;
}

}  // namespace store::postgres
