#pragma once
// A run file, for reading: queries by people and by everything that is derived from a run.
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "emulator/hoplog/sqlite.h"
#include "middleware/kernel/result.h"

namespace emulator::hoplog {

/// NULL is std::monostate.
using Value = std::variant<std::monostate, std::int64_t, double, std::string>;
/// As SQLite prints it; NULL is "".
std::string value_text(const Value& value);

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> rows;
};

class RunFile {
 public:
  /// Invalid when it is not a run file or of a newer relayrig, NotFound when there is none.
  static kernel::Result<std::unique_ptr<RunFile>> open(const std::string& path);
  /// On a connection that is open elsewhere and outlives this.
  static std::unique_ptr<RunFile> on(const Connection& connection);

  /// One statement that only reads. Parameters `?` are filled in order.
  kernel::Result<Table> query(std::string_view sql, std::initializer_list<Value> parameters = {}) const;
  /// For answers that are too large for a table: `take` is called for each row, and reads its columns there.
  kernel::Result<> each(std::string_view sql, const std::function<void(const Statement& row)>& take) const;
  /// The first column of the first row: 0 when there is no row or it is NULL.
  kernel::Result<std::int64_t> integer(std::string_view sql,
                                       std::initializer_list<Value> parameters = {}) const;
  /// The same as text; "" when there is no row.
  kernel::Result<std::string> text(std::string_view sql, std::initializer_list<Value> parameters = {}) const;

  const std::string& path() const { return connection_->path(); }

 private:
  kernel::Result<Statement> question(std::string_view sql) const;
  RunFile() = default;
  Connection own_;
  const Connection* connection_ = nullptr;
};

}  // namespace emulator::hoplog
