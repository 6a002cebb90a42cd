#include "emulator/hoplog/run_file.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>

#include "emulator/hoplog/schema.h"

namespace emulator::hoplog {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

Value value_of(sqlite3_stmt* row, int index) {
  switch (sqlite3_column_type(row, index)) {
    case SQLITE_NULL:
      return {};
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(row, index)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(row, index);
    default: {
      const auto* data = static_cast<const char*>(sqlite3_column_blob(row, index));
      return std::string(data == nullptr ? "" : data,
                         static_cast<std::size_t>(sqlite3_column_bytes(row, index)));
    }
  }
}

void bind(Statement& statement, int index, const Value& value) {
  std::visit(Overloaded{[&](std::monostate) { statement.bind_null(index); },
                        [&](std::int64_t number) { statement.bind(index, number); },
                        [&](double number) { statement.bind(index, number); },
                        [&](const std::string& text) { statement.bind(index, std::string_view{text}); }},
             value);
}

}  // namespace

std::string value_text(const Value& value) {
  return std::visit(Overloaded{[](std::monostate) { return std::string{}; },
                               [](std::int64_t number) { return std::to_string(number); },
                               [](double number) { return fmt::format("{}", number); },
                               [](const std::string& text) { return text; }},
                    value);
}

kernel::Result<std::unique_ptr<RunFile>> RunFile::open(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return std::unexpected(kernel::Error{kernel::ErrorCode::NotFound, "there is no such run file", path});
  }
  auto connection = Connection::open(path, Connection::Access::ReadOnly);
  if (!connection) return std::unexpected(connection.error());
  if (auto fits = expect_run_file(*connection); !fits) return std::unexpected(fits.error());
  std::unique_ptr<RunFile> file{new RunFile};
  file->own_ = std::move(*connection);
  file->connection_ = &file->own_;
  return file;
}

std::unique_ptr<RunFile> RunFile::on(const Connection& connection) {
  std::unique_ptr<RunFile> file{new RunFile};
  file->connection_ = &connection;
  return file;
}

/// A statement that only reads.
kernel::Result<Statement> RunFile::question(std::string_view sql) const {
  auto statement = connection_->prepare(sql);
  if (statement && sqlite3_stmt_readonly(statement->raw()) == 0)
    return kernel::invalid("a run file is only read: this statement would write", path());
  return statement;
}

kernel::Result<> RunFile::each(std::string_view sql,
                               const std::function<void(const Statement& row)>& take) const {
  auto statement = question(sql);
  if (!statement) return std::unexpected(statement.error());
  while (true) {
    const kernel::Result<bool> row = statement->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return {};
    take(*statement);
  }
}

kernel::Result<Table> RunFile::query(std::string_view sql, std::initializer_list<Value> parameters) const {
  auto statement = question(sql);
  if (!statement) return std::unexpected(statement.error());
  if (sqlite3_bind_parameter_count(statement->raw()) != static_cast<int>(parameters.size())) {
    return kernel::invalid("the statement has another number of parameters than values were given", path());
  }
  int index = 0;
  for (const Value& parameter : parameters) bind(*statement, ++index, parameter);

  Table table;
  for (int i = 0; i < statement->columns(); ++i) table.columns.emplace_back(statement->column_name(i));
  while (true) {
    const kernel::Result<bool> row = statement->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return table;
    auto& values = table.rows.emplace_back();
    values.reserve(table.columns.size());
    for (int i = 0; i < statement->columns(); ++i) values.push_back(value_of(statement->raw(), i));
  }
}

kernel::Result<std::int64_t> RunFile::integer(std::string_view sql,
                                              std::initializer_list<Value> parameters) const {
  const auto table = query(sql, parameters);
  if (!table) return std::unexpected(table.error());
  if (table->rows.empty()) return 0;
  const Value& value = table->rows.front().front();
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* real = std::get_if<double>(&value)) return static_cast<std::int64_t>(*real);
  return 0;
}

kernel::Result<std::string> RunFile::text(std::string_view sql,
                                          std::initializer_list<Value> parameters) const {
  const auto table = query(sql, parameters);
  if (!table) return std::unexpected(table.error());
  return table->rows.empty() ? std::string{} : value_text(table->rows.front().front());
}

}  // namespace emulator::hoplog
