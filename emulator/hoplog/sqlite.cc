#include "emulator/hoplog/sqlite.h"

#include <sqlite3.h>

namespace emulator::hoplog {

kernel::Error last_error(sqlite3* connection) {
  const char* file = sqlite3_db_filename(connection, "main");
  // SQLITE_ERROR and its like are about the SQL text; the rest is about disk, locks and memory.
  const int code = sqlite3_errcode(connection);
  const bool is_input = code == SQLITE_ERROR || code == SQLITE_RANGE || code == SQLITE_READONLY;
  return {is_input ? kernel::ErrorCode::Invalid : kernel::ErrorCode::Infrastructure,
          std::string("SQLite: ") + sqlite3_errmsg(connection), file == nullptr ? "" : file};
}

void Statement::Close::operator()(sqlite3_stmt* raw) const { sqlite3_finalize(raw); }
void Connection::Close::operator()(sqlite3* raw) const { sqlite3_close_v2(raw); }

void Statement::bind(int index, std::int64_t value) { sqlite3_bind_int64(raw_.get(), index, value); }
void Statement::bind(int index, double value) { sqlite3_bind_double(raw_.get(), index, value); }
void Statement::bind(int index, std::string_view text) {
  sqlite3_bind_text(raw_.get(), index, text.data() == nullptr ? "" : text.data(),
                    static_cast<int>(text.size()), SQLITE_STATIC);
}
void Statement::bind_null(int index) { sqlite3_bind_null(raw_.get(), index); }

kernel::Result<bool> Statement::step() {
  const int code = sqlite3_step(raw_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return std::unexpected(last_error(sqlite3_db_handle(raw_.get())));
}

kernel::Result<> Statement::run() {
  kernel::Result<bool> row = step();
  while (row && *row) row = step();
  if (!row) {
    sqlite3_reset(raw_.get());
    return std::unexpected(row.error());
  }
  sqlite3_reset(raw_.get());
  return {};
}

int Statement::columns() const { return sqlite3_column_count(raw_.get()); }
std::string_view Statement::column_name(int index) const { return sqlite3_column_name(raw_.get(), index); }
std::int64_t Statement::integer(int index) const { return sqlite3_column_int64(raw_.get(), index); }
std::string_view Statement::text(int index) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(raw_.get(), index));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(raw_.get(), index))};
}

kernel::Result<Connection> Connection::open(const std::string& path, Access access) {
  const int flags =
      access == Access::ReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Connection connection;
  connection.raw_.reset(raw);
  connection.path_ = path;
  if (code != SQLITE_OK) {
    return kernel::infrastructure(
        std::string("SQLite: ") + (raw == nullptr ? "out of memory" : sqlite3_errmsg(raw)), path);
  }
  sqlite3_extended_result_codes(raw, 0);
  sqlite3_busy_timeout(raw, 5000);
  return connection;
}

kernel::Result<> Connection::run(const std::string& sql) const {
  if (sqlite3_exec(raw_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return std::unexpected(last_error(raw_.get()));
  }
  return {};
}

kernel::Result<Statement> Connection::prepare(std::string_view sql) const {
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  if (sqlite3_prepare_v2(raw_.get(), sql.data(), static_cast<int>(sql.size()), &raw, &tail) != SQLITE_OK) {
    return std::unexpected(last_error(raw_.get()));
  }
  Statement statement{raw};
  const std::string_view rest = sql.substr(static_cast<std::size_t>(tail - sql.data()));
  if (raw == nullptr) return kernel::invalid("there is no SQL statement in '" + std::string(sql) + "'");
  if (rest.find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    // A comment after the statement is fine; a second statement is not.
    sqlite3_stmt* second = nullptr;
    const int code =
        sqlite3_prepare_v2(raw_.get(), rest.data(), static_cast<int>(rest.size()), &second, nullptr);
    const Statement owner{second};
    if (code != SQLITE_OK || second != nullptr) return kernel::invalid("one SQL statement at a time");
  }
  return statement;
}

kernel::Result<std::int64_t> Connection::integer(std::string_view sql) const {
  kernel::Result<Statement> statement = prepare(sql);
  if (!statement) return std::unexpected(statement.error());
  const kernel::Result<bool> row = statement->step();
  if (!row) return std::unexpected(row.error());
  return *row ? statement->integer(0) : 0;
}

}  // namespace emulator::hoplog
