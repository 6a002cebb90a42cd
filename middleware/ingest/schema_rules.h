#pragma once
// What a schema may say (schema.h): read before the library sees it. For the sources of this folder.
#include <optional>
#include <string>
#include <string_view>

#include "middleware/ingest/schema.h"
#include "middleware/kernel/json.h"

namespace ingest {

/// What the value of a keyword is made of.
enum class Holds : unsigned char {
  Schema,
  Schemas,       ///< a list of them, not empty
  SchemaMap,     ///< names to schemas
  SchemaOrList,  ///< items
  Dependencies,  ///< names to schemas or to lists of names
  Names,         ///< a list of texts
  Types,         ///< a type or a list of them
  Count,         ///< a whole number, not negative
  Number,
  PositiveNumber,
  Boolean,
  Text,
  Pattern,
  Format,
  Reference,
  List,  ///< of anything, not empty
  Anything,
  Nothing,  ///< says nothing about the payload
};

struct Keyword {
  std::string_view name;
  Holds holds;
  bool in_place = false;  ///< its schemas are asked about the same value, not about parts of it
};

const Keyword* find_keyword(std::string_view name);

/// The first thing that is wrong.
std::optional<SchemaProblem> find_problem(const kernel::Json& schema);

/// "/a~1b" for "/" and "a/b".
std::string pointer_to(const std::string& parent, std::string_view key);

}  // namespace ingest
