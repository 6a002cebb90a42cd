#pragma once
// Event patterns: which events a rule wants. Exact values and `prefix`; every other operator is refused by name.
//
// Source: facts/aws-delivery 1.4.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/json.h"
#include "middleware/kernel/result.h"

namespace emulator::bus {

/// An event as patterns see it. The detail is parsed only if a pattern asks for it.
class Matchable {
 public:
  Matchable(std::string_view source, std::string_view detail_type, std::string_view detail);
  ~Matchable();
  Matchable(const Matchable&) = delete;
  Matchable& operator=(const Matchable&) = delete;

  std::string_view source() const { return source_; }
  std::string_view detail_type() const { return detail_type_; }
  const kernel::Json& detail() const;

 private:
  std::string_view source_;
  std::string_view detail_type_;
  std::string_view detail_text_;
  mutable std::unique_ptr<kernel::Json> detail_;
};

class Pattern {
 public:
  /// The error texts are those of the service where it has one.
  static kernel::Result<Pattern> compile(const kernel::Json& pattern);

  bool matches(const Matchable& event) const;

 private:
  struct Alternative {
    bool is_prefix = false;
    std::string text;  ///< JSON text of the exact value, or the prefix bare
  };
  struct Field {
    std::string pointer;  ///< JSON Pointer into the event: "/source", "/detail/payload/City__c"
    std::vector<Alternative> any_of;
  };
  static kernel::Result<> collect(const kernel::Json& object, const std::string& pointer, std::vector<Field>& fields);
  static bool accepts(const Field& field, const kernel::Json& value);
  static bool accepts_text(const Field& field, std::string_view text);

  std::vector<Field> fields_;  // all must match
};

}  // namespace emulator::bus
