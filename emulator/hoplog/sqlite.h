#pragma once
// The little of SQLite that this folder needs: a connection and a statement that close themselves, errors as
// values.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "middleware/kernel/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace emulator::hoplog {

/// Runs one prepared statement. Indexes count from 1 for parameters, from 0 for columns, as in SQLite.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* raw) : raw_(raw) {}

  void bind(int index, std::int64_t value);
  void bind(int index, double value);
  /// The text must live until the statement has run.
  void bind(int index, std::string_view text);
  void bind_null(int index);

  /// True when there is a row.
  kernel::Result<bool> step();
  /// Steps until there are no more rows, then makes the statement ready to run again.
  kernel::Result<> run();

  int columns() const;
  std::string_view column_name(int index) const;
  std::int64_t integer(int index) const;
  /// Valid until the next step.
  std::string_view text(int index) const;

  sqlite3_stmt* raw() const { return raw_.get(); }

 private:
  struct Close {
    void operator()(sqlite3_stmt* raw) const;
  };
  std::unique_ptr<sqlite3_stmt, Close> raw_;
};

class Connection {
 public:
  enum class Access : std::uint8_t { ReadOnly, ReadWriteCreate };
  /// One thread at a time may use it, which need not be always the same.
  static kernel::Result<Connection> open(const std::string& path, Access access);

  /// All statements of `sql`, results dropped.
  kernel::Result<> run(const std::string& sql) const;
  kernel::Result<Statement> prepare(std::string_view sql) const;
  /// First column of the first row; 0 when there is no row.
  kernel::Result<std::int64_t> integer(std::string_view sql) const;

  sqlite3* raw() const { return raw_.get(); }
  const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* raw) const;
  };
  std::unique_ptr<sqlite3, Close> raw_;
  std::string path_;
};

/// The message of the connection's last error, with the file it belongs to.
kernel::Error last_error(sqlite3* connection);

}  // namespace emulator::hoplog
