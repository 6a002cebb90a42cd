#pragma once
// The JSON Schema (draft 7) that payloads of one event type have to keep.
//
// The library that checks is valijson; what it would do badly with a hostile payload is done here instead:
//
//   pattern, format      RE2: time grows with the text and no recursion does. What RE2 has no word for
//                        (lookaround, back references) is refused when the schema is read
//   uniqueItems          by sorting, not by comparing each with each
//   multipleOf           of decimals within a billionth, so that 19.99 is a multiple of 0.01
//   size                 a payload deeper than 64 levels or of more than 50,000 values is a violation; a $ref
//                        that leads back to itself without going into the value is refused when the schema is
//                        read
//
// Strict, as everything in a file: an unknown keyword is an error, and so is a known one that would not be
// kept: patternProperties, formats other than date-time, date, time and uuid, a $ref out of the document.
#include <expected>
#include <memory>
#include <string>

#include "middleware/kernel/json.h"

namespace ingest {

/// What is wrong with a schema, and where: a JSON Pointer into it.
struct SchemaProblem {
  std::string pointer;
  std::string message;
};

/// What is wrong with a payload. Never its values: they may be anybody's data.
struct Violation {
  std::string pointer;  ///< into the payload; names a field that is missing or unwanted, too
  std::string rule;     ///< the keyword: "required", "maxLength", ...; "properties" also where a property's
                        ///< schema is false or refuses the names in it
};

inline constexpr int kPayloadDepthMax = 64;
inline constexpr int kPayloadValuesMax = 50'000;  ///< the library notes everything that is wrong

class Schema {
 public:
  /// Never null.
  static std::expected<std::shared_ptr<const Schema>, SchemaProblem> compile(const kernel::Json& schema);
  ~Schema();

  std::expected<void, Violation> check(const kernel::Json& payload) const;

 private:
  struct Compiled;
  explicit Schema(std::unique_ptr<const Compiled> compiled);
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace ingest
