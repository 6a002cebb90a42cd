#pragma once
// A YAML file as a tree that still knows where each value stood. JSON is YAML, so it is read as well.
//
// Read strictly: duplicate keys, merge keys (<<), anchors, aliases, tags, several documents and keys that are
// not plain text are errors. What a scalar means (5, true, 250ms) is left to the shape that reads it
// (shape.h).
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/result.h"

namespace config {

/// Lines and columns count from 1, columns in characters. Line 0: the file as a whole.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;

  /// "file:line:column", or the file alone.
  std::string text() const;
};

struct Tree {
  enum class Kind { Null, Scalar, List, Map };
  struct Entry;

  Place place;
  Kind kind = Kind::Null;
  std::string scalar;          ///< Of a Scalar, without its quotes.
  bool quoted = false;         ///< Quotes or a block (| >): the scalar is text whatever it looks like.
  std::vector<Tree> items;     ///< Of a List.
  std::vector<Entry> entries;  ///< Of a Map, in file order; no key twice.

  /// The value of `key` in a Map, or null.
  const Tree* find(std::string_view key) const;
};

struct Tree::Entry {
  std::string key;
  Place key_place;
  Tree value;
};

/// `file_name` only appears in places. The error is the first one, at its place; an empty file is one.
kernel::Result<Tree> read_tree(std::string_view text, const std::string& file_name);

}  // namespace config
