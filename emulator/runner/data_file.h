#pragma once
// Rows of a JSON Lines file, ready to be published.
#include <cstdint>
#include <string>
#include <vector>

#include "middleware/kernel/result.h"

namespace emulator::runner {

class DataFile {
 public:
  /// Every line must be a JSON object. `key_field` names the field that makes a row unique ("" = none);
  /// `replaced` is a JSON object whose fields replace or join those of every row ("" = none).
  static kernel::Result<DataFile> read(const std::string& path, const std::string& key_field,
                                       const std::string& replaced);
  /// One row, given as text of a JSON object.
  static kernel::Result<DataFile> of(const std::string& fields, const std::string& key_field);

  struct Row {
    std::string fields;  ///< JSON object
    std::string key;     ///< value of the key field, "" without one
  };
  /// The `index`-th row, from 0; behind the end the rows come again, their keys made new: SO-10248-2.
  Row row(std::int64_t index) const;
  std::int64_t size() const { return static_cast<std::int64_t>(rows_.size()); }

 private:
  struct Stored {
    std::string
        head;  ///< up to and with the opening quote of the key's value; the whole row when there is no key
    std::string key;
    std::string tail;  ///< behind the key's value
  };
  std::vector<Stored> rows_;
};

}  // namespace emulator::runner
