#pragma once
// A batch as a table that SQLite can read: `INSERT INTO hops SELECT c0, ... FROM batch_rows` takes a thousand
// rows in one statement and copies no text twice. It is 1.5 times as fast as binding and stepping a statement
// for each row.
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/hoplog/batch.h"
#include "emulator/hoplog/sqlite.h"

struct sqlite3_context;

namespace emulator::hoplog {

class BatchTable {
 public:
  /// What names stand for, index 0 being "".
  using Names = std::deque<std::string>;

  BatchTable() = default;
  BatchTable(const BatchTable&) = delete;
  BatchTable& operator=(const BatchTable&) = delete;

  /// Makes `batch_rows` known to `file`, which this object must outlive.
  kernel::Result<> attach(const Connection& file);

  /// The rows that the next statement will see, all of one kind.
  void show(RecordKind kind, const std::vector<const char*>& records, const Names& names) {
    kind_ = kind;
    records_ = &records;
    names_ = &names;
  }

  std::size_t rows() const { return records_ == nullptr ? 0 : records_->size(); }
  void column(std::size_t row, int column, sqlite3_context* out) const;

  /// The insert of one kind of record.
  static std::string_view insert_of(RecordKind kind);

 private:
  RecordKind kind_{};
  const std::vector<const char*>* records_ = nullptr;
  const Names* names_ = nullptr;
};

}  // namespace emulator::hoplog
