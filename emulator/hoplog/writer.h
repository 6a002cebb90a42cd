#pragma once
// Puts batches into the run file and into the digest. It runs on the Worker's thread; between batches, when
// the worker is idle, the loop thread may use it.
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emulator/hoplog/batch.h"
#include "emulator/hoplog/batch_table.h"
#include "emulator/hoplog/layers.h"
#include "emulator/hoplog/sqlite.h"
#include "middleware/kernel/digest.h"

namespace emulator::hoplog {

class Writer {
 public:
  /// `file` has the tables already.
  static kernel::Result<std::unique_ptr<Writer>> make(Connection file);

  /// One transaction. After a first error it does nothing more; the error comes back from `seal`.
  void write(const Batch& batch);

  /// Builds the indexes, puts late facts in their places, writes the layers (those of the file, if none are
  /// given), and returns the digest in hexadecimal.
  kernel::Result<std::string> seal(std::optional<std::vector<LayerRow>> layers = std::nullopt);

  const std::optional<kernel::Error>& error() const { return error_; }
  Connection& file() { return file_; }

 private:
  explicit Writer(Connection file) : file_(std::move(file)) {}
  void sort_out(std::string_view records);
  kernel::Result<> insert_all();

  BatchTable table_;
  Connection file_;
  BatchTable::Names names_{""};
  std::array<std::vector<const char*>, kRecordKinds> by_kind_;
  std::array<std::optional<Statement>, kRecordKinds> inserts_;
  Statement begin_;
  Statement commit_;
  kernel::Sha256 digest_;
  std::optional<kernel::Error> error_;
};

}  // namespace emulator::hoplog
