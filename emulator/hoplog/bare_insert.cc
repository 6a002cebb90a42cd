#include "emulator/hoplog/bare_insert.h"

#include <sqlite3.h>
#include <time.h>

#include <bit>
#include <filesystem>
#include <vector>

#include "emulator/hoplog/run_file.h"
#include "emulator/hoplog/schema.h"

namespace emulator::hoplog {
namespace {

constexpr std::size_t kRowsPerTransaction = 1000;

/// A value with its text elsewhere, so that a million rows fit into memory.
struct Cell {
  std::int64_t number = 0;  ///< for texts: where the text begins
  std::int32_t size = 0;
  std::int32_t type = SQLITE_NULL;
};

struct Rows {
  std::string insert;
  int columns = 0;
  std::vector<Cell> cells;
  std::string texts;
};

/// A measurement of the machine, which no decision sees: hence not a Scheduler's time.
double seconds_now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

kernel::Result<Rows> read_rows(const Connection& file, const std::string& table, std::int64_t rows_max) {
  auto select = file.prepare("SELECT * FROM " + table + " ORDER BY rowid LIMIT " + std::to_string(rows_max));
  if (!select) return std::unexpected(select.error());
  Rows rows;
  rows.columns = select->columns();
  rows.insert = "INSERT INTO " + table + " VALUES (?";
  for (int i = 1; i < rows.columns; ++i) rows.insert += ", ?";
  rows.insert += ")";
  while (true) {
    const auto row = select->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return rows;
    for (int i = 0; i < rows.columns; ++i) {
      Cell cell;
      cell.type = sqlite3_column_type(select->raw(), i);
      if (cell.type == SQLITE_INTEGER) {
        cell.number = select->integer(i);
      } else if (cell.type == SQLITE_FLOAT) {
        cell.number = std::bit_cast<std::int64_t>(sqlite3_column_double(select->raw(), i));
      } else if (cell.type == SQLITE_TEXT) {
        const std::string_view text = select->text(i);
        cell.number = static_cast<std::int64_t>(rows.texts.size());
        cell.size = static_cast<std::int32_t>(text.size());
        rows.texts += text;
      }
      rows.cells.push_back(cell);
    }
  }
}

kernel::Result<> insert_rows(const Connection& file, const Rows& rows) {
  auto insert = file.prepare(rows.insert);
  if (!insert) return std::unexpected(insert.error());
  std::size_t row = 0;
  for (auto cell = rows.cells.begin(); cell != rows.cells.end(); ++row) {
    if (row % kRowsPerTransaction == 0) {
      if (auto turned = file.run(row == 0 ? "BEGIN" : "COMMIT; BEGIN"); !turned) return turned;
    }
    for (int i = 1; i <= rows.columns; ++i, ++cell) {
      switch (cell->type) {
        case SQLITE_INTEGER:
          insert->bind(i, cell->number);
          break;
        case SQLITE_FLOAT:
          insert->bind(i, std::bit_cast<double>(cell->number));
          break;
        case SQLITE_TEXT:
          insert->bind(i, std::string_view{rows.texts}.substr(static_cast<std::size_t>(cell->number),
                                                              static_cast<std::size_t>(cell->size)));
          break;
        default:
          insert->bind_null(i);
      }
    }
    if (auto done = insert->run(); !done) return done;
  }
  return row == 0 ? kernel::Result<>{} : file.run("COMMIT");
}

}  // namespace

kernel::Result<double> bare_insert_rate(const std::string& run_file_path, const std::string& scratch_path,
                                        std::int64_t rows_max) {
  const auto run = RunFile::open(run_file_path);
  if (!run) return std::unexpected(run.error());
  const auto source = Connection::open(run_file_path, Connection::Access::ReadOnly);
  if (!source) return std::unexpected(source.error());
  const auto tables = (*run)->query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
  if (!tables) return std::unexpected(tables.error());
  std::vector<Rows> all;
  std::size_t count = 0;
  for (const auto& row : tables->rows) {
    auto rows = read_rows(*source, value_text(row.front()), rows_max);
    if (!rows) return std::unexpected(rows.error());
    count += rows->cells.size() / static_cast<std::size_t>(rows->columns);
    all.push_back(std::move(*rows));
  }

  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(scratch_path + suffix, ignored);
  const double start = seconds_now();
  const auto target = Connection::open(scratch_path, Connection::Access::ReadWriteCreate);
  if (!target) return std::unexpected(target.error());
  auto done = prepare_for_recording(*target);
  if (done) done = create_tables(*target);
  for (const Rows& rows : all) {
    if (done) done = insert_rows(*target, rows);
  }
  if (done) done = create_indexes(*target);
  if (done) done = finish_recording(*target);
  if (!done) return std::unexpected(done.error());
  return static_cast<double>(count) / (seconds_now() - start);
}

}  // namespace emulator::hoplog
