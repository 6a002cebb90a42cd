#include "middleware/store/postgres_schema.h"

namespace store::postgres {

using kernel::Task;

namespace {

/// "rrmw"
constexpr const char* kLock = "1920101751";

// `state`: 0 open, 1 done, 2 dead. `own`: accepted, so that its caller may forget it. `first`: the first of
// its lane that is not over; only such an event is due. `key`, `lane_key`, `step`, `record`: key_of() the
// text. A row of `lanes` is also the lock of its lane. Times are nanoseconds since 1970.
constexpr const char* kTables = R"(
CREATE TABLE about (program text NOT NULL, version int NOT NULL);
CREATE SEQUENCE numbers;
CREATE TABLE events (
  key bytea PRIMARY KEY, number bigint NOT NULL DEFAULT nextval('numbers'), id text NOT NULL,
  state smallint NOT NULL DEFAULT 0, own boolean NOT NULL, first boolean NOT NULL, fence bigint NOT NULL,
  lease_until bigint NOT NULL, due bigint NOT NULL DEFAULT 0, deliveries int NOT NULL DEFAULT 0,
  fingerprint bytea, type text, lane text, lane_key bytea, trace text, payload bytea, error_class text,
  error text, ended bigint) WITH (fillfactor = 80);
CREATE INDEX events_due ON events (due, number) WHERE state = 0 AND own AND first;
CREATE INDEX events_lane ON events (lane_key, number) WHERE state = 0 AND own AND lane_key IS NOT NULL;
CREATE INDEX events_ended ON events (ended) WHERE state = 1;
CREATE INDEX events_dead ON events (ended, number) WHERE state = 2;
CREATE TABLE steps (event bytea NOT NULL, step bytea NOT NULL, number bigint NOT NULL DEFAULT nextval('numbers'),
  name text NOT NULL, state smallint NOT NULL, status int NOT NULL, body bytea NOT NULL,
  PRIMARY KEY (event, step));
CREATE TABLE versions (record bytea PRIMARY KEY, version bytea NOT NULL, applied bigint NOT NULL);
CREATE INDEX versions_applied ON versions (applied);
CREATE TABLE lanes (lane bytea PRIMARY KEY, is_outbox boolean NOT NULL, waiting bigint NOT NULL);
CREATE TABLE outbox (
  key bytea PRIMARY KEY, number bigint NOT NULL DEFAULT nextval('numbers'), id text NOT NULL, event text NOT NULL,
  name text NOT NULL, api text NOT NULL, lane text NOT NULL, lane_key bytea, trace text NOT NULL,
  request bytea NOT NULL, state smallint NOT NULL DEFAULT 0, first boolean NOT NULL DEFAULT false,
  fence bigint NOT NULL DEFAULT 0, lease_until bigint NOT NULL DEFAULT 0, due bigint NOT NULL,
  deliveries int NOT NULL DEFAULT 0, error_class text, error text, ended bigint) WITH (fillfactor = 80);
CREATE INDEX outbox_due ON outbox (due, number) WHERE state = 0 AND first;
CREATE INDEX outbox_lane ON outbox (lane_key, number) WHERE state = 0 AND lane_key IS NOT NULL;
CREATE INDEX outbox_dead ON outbox (ended, number) WHERE state = 2;
CREATE TABLE instances (key bytea PRIMARY KEY, name text NOT NULL, seen bigint NOT NULL);
CREATE TABLE open_breakers (instance bytea NOT NULL REFERENCES instances ON DELETE CASCADE, api text NOT NULL,
  until bigint NOT NULL, PRIMARY KEY (instance, api));
INSERT INTO about VALUES ('relayrig-middleware', 1);
)";

PostgresFailure refused(std::string message) {
  return {.error = {kernel::ErrorCode::Infrastructure, "the store: PostgreSQL: " + std::move(message)}};
}

/// 0: there are no tables.
Task<int> version_of(PostgresSession& session, std::string schema) {
  const PostgresRows there = co_await session.script("SELECT 1 WHERE to_regclass('about') IS NOT NULL");
  if (there.count() == 0) {
    const PostgresRows others = co_await session.script(
        "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = "
        "current_schema() AND c.relkind = 'r' LIMIT 1");
    if (others.count() > 0)
      throw refused("the schema '" + schema + "' has tables of another program; 'schema' names another");
    co_return 0;
  }
  const PostgresRows about = co_await session.script("SELECT program, version::text FROM about");
  if (about.count() != 1 || about.text(0, 0) != "relayrig-middleware")
    throw refused("the schema '" + schema + "' is another program's");
  const int version = std::stoi(about.text(0, 1));
  if (version > kSchemaVersion) {
    throw refused("the schema '" + schema + "' is of version " + std::to_string(version) +
                  "; this program reads and writes version " + std::to_string(kSchemaVersion));
  }
  co_return version;
}

}  // namespace

std::string quoted_name(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

Task<void> set_up_schema(PostgresSession& session, std::string schema) {
  const PostgresRows encoding = co_await session.script("SHOW server_encoding");
  if (encoding.text(0, 0) != "UTF8")
    throw refused("the database holds texts as " + encoding.text(0, 0) + "; it has to be UTF8");
  if (co_await version_of(session, schema) == kSchemaVersion) co_return;
  co_await session.script("BEGIN; SELECT pg_advisory_xact_lock(" + std::string(kLock) + ")");
  co_await session.script("CREATE SCHEMA IF NOT EXISTS " + quoted_name(schema));
  // Another process may have been first.
  if (co_await version_of(session, schema) != kSchemaVersion) co_await session.script(kTables);
  co_await session.script("COMMIT");
}

}  // namespace store::postgres
