#include "emulator/hoplog/batch_table.h"

#include <sqlite3.h>

namespace emulator::hoplog {
namespace {

// SQLite's side: a read-only table that is always walked from its first row to its last.
struct Table {
  sqlite3_vtab base{};
  const BatchTable* rows = nullptr;
};
struct Cursor {
  sqlite3_vtab_cursor base{};
  const BatchTable* rows = nullptr;
  std::size_t row = 0;
};
Cursor& cursor_of(sqlite3_vtab_cursor* base) { return *reinterpret_cast<Cursor*>(base); }

int connect(sqlite3* file, void* rows, int, const char* const*, sqlite3_vtab** out, char**) {
  const int code = sqlite3_declare_vtab(
      file,
      "CREATE TABLE x (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18)");
  if (code != SQLITE_OK) return code;
  *out = reinterpret_cast<sqlite3_vtab*>(new Table{.rows = static_cast<const BatchTable*>(rows)});
  return SQLITE_OK;
}
int disconnect(sqlite3_vtab* table) {
  delete reinterpret_cast<Table*>(table);
  return SQLITE_OK;
}
int best_index(sqlite3_vtab*, sqlite3_index_info* plan) {
  plan->estimatedCost = 1000;
  plan->estimatedRows = 1000;
  return SQLITE_OK;
}
int open(sqlite3_vtab* table, sqlite3_vtab_cursor** out) {
  *out = reinterpret_cast<sqlite3_vtab_cursor*>(new Cursor{.rows = reinterpret_cast<Table*>(table)->rows});
  return SQLITE_OK;
}
int close(sqlite3_vtab_cursor* cursor) {
  delete &cursor_of(cursor);
  return SQLITE_OK;
}
int filter(sqlite3_vtab_cursor* cursor, int, const char*, int, sqlite3_value**) {
  cursor_of(cursor).row = 0;
  return SQLITE_OK;
}
int next(sqlite3_vtab_cursor* cursor) {
  ++cursor_of(cursor).row;
  return SQLITE_OK;
}
int at_end(sqlite3_vtab_cursor* cursor) {
  return cursor_of(cursor).row >= cursor_of(cursor).rows->rows() ? 1 : 0;
}
int column(sqlite3_vtab_cursor* cursor, sqlite3_context* out, int index) {
  cursor_of(cursor).rows->column(cursor_of(cursor).row, index, out);
  return SQLITE_OK;
}
int row_id(sqlite3_vtab_cursor* cursor, sqlite3_int64* out) {
  *out = static_cast<sqlite3_int64>(cursor_of(cursor).row);
  return SQLITE_OK;
}

// Without xCreate the table needs no CREATE VIRTUAL TABLE and leaves no trace in the file.
const sqlite3_module kModule = {.iVersion = 0,
                                .xCreate = nullptr,
                                .xConnect = connect,
                                .xBestIndex = best_index,
                                .xDisconnect = disconnect,
                                .xDestroy = nullptr,
                                .xOpen = open,
                                .xClose = close,
                                .xFilter = filter,
                                .xNext = next,
                                .xEof = at_end,
                                .xColumn = column,
                                .xRowid = row_id,
                                .xUpdate = nullptr,
                                .xBegin = nullptr,
                                .xSync = nullptr,
                                .xCommit = nullptr,
                                .xRollback = nullptr,
                                .xFindFunction = nullptr,
                                .xRename = nullptr,
                                .xSavepoint = nullptr,
                                .xRelease = nullptr,
                                .xRollbackTo = nullptr,
                                .xShadowName = nullptr};

}  // namespace

kernel::Result<> BatchTable::attach(const Connection& file) {
  if (sqlite3_create_module(file.raw(), "batch_rows", &kModule, this) != SQLITE_OK) {
    return std::unexpected(last_error(file.raw()));
  }
  return {};
}

}  // namespace emulator::hoplog
