#include "middleware/store/sqlite_file.h"

#include <sqlite3.h>

#include "middleware/store/sqlite_outbox.h"

namespace store {
namespace {

/// "rrmw" and the version of the tables: 1 had no outbox.
constexpr int kApplicationId = 0x72726D77;
constexpr int kSchemaVersion = 2;

// `state`: 0 open, 1 done, 2 dead. `own`: accepted, so that its caller may forget it. `first`: the first of
// its lane that is not over; only such an event is due. Times are nanoseconds since 1970.
constexpr const char* kSchema = R"(
CREATE TABLE events (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, state INTEGER NOT NULL, own INTEGER NOT NULL,
  first INTEGER NOT NULL, fence INTEGER NOT NULL, lease_until INTEGER NOT NULL, due INTEGER NOT NULL,
  deliveries INTEGER NOT NULL, fingerprint BLOB NOT NULL, type TEXT, lane TEXT, trace TEXT, payload TEXT,
  error_class TEXT, error TEXT, ended INTEGER);
CREATE INDEX events_due ON events (due, number) WHERE state = 0 AND own = 1 AND first = 1;
CREATE INDEX events_lane ON events (lane, number) WHERE state = 0 AND own = 1 AND lane <> '';
CREATE INDEX events_ended ON events (ended) WHERE state = 1;
CREATE INDEX events_dead ON events (ended, number) WHERE state = 2;
CREATE TABLE steps (event TEXT NOT NULL, step TEXT NOT NULL, position INTEGER NOT NULL, state INTEGER NOT NULL,
  status INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (event, step)) WITHOUT ROWID;
CREATE TABLE versions (record TEXT PRIMARY KEY, version TEXT NOT NULL, applied INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX versions_applied ON versions (applied);
)";

kernel::Error error_of(sqlite3* file) {
  const char* path = sqlite3_db_filename(file, "main");
  std::string message = std::string("the store: ") + sqlite3_errmsg(file);
  if (sqlite3_errcode(file) == SQLITE_BUSY) message = "the store is in use by another process";
  if (sqlite3_errcode(file) == SQLITE_NOTADB) message = "is no file of a store, or damaged";
  return {kernel::ErrorCode::Infrastructure, std::move(message), path == nullptr ? "" : path};
}

}  // namespace

SqliteRows::~SqliteRows() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

SqliteRows& SqliteRows::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_, ++bound_, value);
  return *this;
}

SqliteRows& SqliteRows::bind(std::string_view text) {
  sqlite3_bind_text64(statement_, ++bound_, text.data() == nullptr ? "" : text.data(), text.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

SqliteRows& SqliteRows::bind_null() {
  sqlite3_bind_null(statement_, ++bound_);
  return *this;
}

bool SqliteRows::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  throw SqliteFailure{error_of(file_)};
}

int SqliteRows::run() {
  while (step()) {
  }
  return sqlite3_changes(file_);
}

std::int64_t SqliteRows::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string SqliteRows::text(int column) const {
  const auto* text = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return text == nullptr
             ? std::string{}
             : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

bool SqliteRows::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

kernel::Result<std::unique_ptr<SqliteFile>> SqliteFile::open(const std::string& path) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<SqliteFile> file(new SqliteFile(raw));
  if (code != SQLITE_OK) {
    return kernel::infrastructure(
        std::string("the store: ") + (raw == nullptr ? "out of memory" : sqlite3_errmsg(raw)), path);
  }
  if (auto ready = file->set_up(path); !ready) return std::unexpected(ready.error());
  return file;
}

kernel::Result<> SqliteFile::set_up(const std::string& path) {
  // A process that was killed leaves its lock for no longer than it takes to notice its death.
  sqlite3_busy_timeout(file_, 1000);
  // Held from the first look at the file to its closing.
  if (auto locked = execute("PRAGMA locking_mode = EXCLUSIVE"); !locked) return locked;
  try {
    const auto integer = [this](const char* sql) {
      SqliteRows rows = query(sql);
      return rows.step() ? rows.integer(0) : 0;
    };
    const std::int64_t application = integer("PRAGMA application_id");
    const std::int64_t version = integer("PRAGMA user_version");
    const bool is_new =
        application == 0 && version == 0 && integer("SELECT count(*) FROM sqlite_master") == 0;
    if (!is_new && application != kApplicationId) {
      return kernel::infrastructure("is a database of another program, no store of the middleware", path);
    }
    if (!is_new && (version < 1 || version > kSchemaVersion)) {
      return kernel::infrastructure("is a store of version " + std::to_string(version) +
                                        "; this program reads and writes version " +
                                        std::to_string(kSchemaVersion),
                                    path);
    }
    if (auto begun = execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN EXCLUSIVE"); !begun)
      return begun;
    if (version != kSchemaVersion) {
      const std::string sql = (is_new ? kSchema : "") + std::string(sqlite::kOutboxSchema) +
                              "PRAGMA application_id = " + std::to_string(kApplicationId) +
                              "; PRAGMA user_version = " + std::to_string(kSchemaVersion);
      if (auto made = execute(sql); !made) return made;
    }
    SqliteRows check = query("PRAGMA quick_check(1)");
    if (check.step() && check.text(0) != "ok") {
      return kernel::infrastructure("is damaged: " + check.text(0), path);
    }
    // Whoever held a lease is dead: nobody else can have had the file.
    query("UPDATE events SET lease_until = 0 WHERE state = 0 AND lease_until <> 0 AND own = 0").run();
    query("UPDATE events SET due = 0, lease_until = 0 WHERE state = 0 AND lease_until <> 0 AND own = 1")
        .run();
    query("UPDATE outbox SET due = 0, lease_until = 0 WHERE state = 0 AND lease_until <> 0").run();
  } catch (const SqliteFailure& failure) {
    return std::unexpected(failure.error);
  }
  return execute("COMMIT");
}

SqliteFile::~SqliteFile() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(file_);
}

SqliteRows SqliteFile::query(const char* sql) {
  sqlite3_stmt*& statement = statements_[sql];
  if (statement == nullptr &&
      sqlite3_prepare_v3(file_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    throw SqliteFailure{error_of(file_)};
  }
  return {file_, statement};
}

kernel::Result<> SqliteFile::execute(const std::string& sql) {
  if (sqlite3_exec(file_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return std::unexpected(error_of(file_));
  }
  return {};
}

}  // namespace store
