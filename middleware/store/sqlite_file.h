#pragma once
// The little of SQLite that the store needs: a file of the right kind, and statements prepared once.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "middleware/kernel/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace store {

/// Thrown by statements inside of a batch, which is rolled back then. It leaves this folder as a value.
struct SqliteFailure {
  kernel::Error error;
};

/// A statement that is bound, stepped and read. It is made ready for the next use when it goes.
class SqliteRows {
 public:
  SqliteRows(sqlite3* file, sqlite3_stmt* statement) : file_(file), statement_(statement) {}
  SqliteRows(const SqliteRows&) = delete;
  SqliteRows& operator=(const SqliteRows&) = delete;
  ~SqliteRows();

  /// The next parameter. Texts must live until the last step.
  SqliteRows& bind(std::int64_t value);
  SqliteRows& bind(std::string_view text);
  SqliteRows& bind_null();
  /// True: there is a row.
  bool step();
  /// Runs it to its end; the number of rows it changed.
  int run();
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  bool is_null(int column) const;

 private:
  sqlite3* file_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

/// One connection that nobody shares: no other process can open the file while this one has it.
class SqliteFile {
 public:
  /// Opens the file, or makes it. Errors (Infrastructure): it is damaged, of another program or version, or
  /// another process has it.
  static kernel::Result<std::unique_ptr<SqliteFile>> open(const std::string& path);
  ~SqliteFile();
  SqliteFile(const SqliteFile&) = delete;
  SqliteFile& operator=(const SqliteFile&) = delete;

  /// `sql` must be a literal: its text is its name.
  SqliteRows query(const char* sql);
  kernel::Result<> execute(const std::string& sql);

 private:
  explicit SqliteFile(sqlite3* file) : file_(file) {}
  kernel::Result<> set_up(const std::string& path);

  sqlite3* file_;
  std::map<const char*, sqlite3_stmt*> statements_;
};

}  // namespace store
