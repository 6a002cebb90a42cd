#pragma once
// From a file to a struct, or to everything that is wrong with the file. One include for code that describes
// files.
#include <expected>
#include <string>
#include <string_view>

#include "middleware/config/object.h"
#include "middleware/config/problems.h"
#include "middleware/config/shape.h"
#include "middleware/config/tree.h"
#include "middleware/kernel/json.h"

namespace config {

/// The bytes of a file. NotFound when there is none, Infrastructure when it cannot be read.
kernel::Result<std::string> file_text(const std::string& path);

template <class T>
std::expected<T, Problems> read_from(const Tree& tree, const Shape<T>& shape) {
  Problems problems;
  T value{};
  shape->read(tree, value, problems);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return value;
}

/// `file_name` only appears in places.
template <class T>
std::expected<T, Problems> read_text(std::string_view text, const std::string& file_name,
                                     const Shape<T>& shape) {
  const kernel::Result<Tree> tree = read_tree(text, file_name);
  if (!tree) return std::unexpected(Problems(tree.error()));
  return read_from(*tree, shape);
}

template <class T>
std::expected<T, Problems> read_file(const std::string& path, const Shape<T>& shape) {
  const kernel::Result<std::string> text = file_text(path);
  if (!text) return std::unexpected(Problems(text.error()));
  return read_text(*text, path, shape);
}

/// The JSON Schema (draft-07) of files of this shape. It accepts every file that the reader accepts, and
/// refuses what a schema can: not the limits of durations, nor checks written in C++.
kernel::Json schema_document(const AnyShape& shape, const std::string& id, const std::string& title);

}  // namespace config
