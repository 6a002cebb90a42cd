#pragma once
// Event patterns: which events a rule wants. Exact values and `prefix`; every other operator is refused by
// name.
//
// Source: facts/aws-delivery 1.4. The service behaves as the open-source Event Ruler; so does this, as far as
// it goes.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/kernel/json.h"
#include "middleware/kernel/result.h"

namespace emulator::bus {

/// An event as patterns see it. The pointees outlive what is made of it.
struct EventView {
  std::string_view id{};
  std::string_view detail_type{};
  std::string_view source{};
  std::string_view account{};
  std::string_view time{};
  std::string_view region{};
  std::string_view detail{};  ///< JSON object, as text
};

/// One event for many patterns. The detail is parsed at most once, and only if a pattern asks for it.
class Matchable {
 public:
  explicit Matchable(EventView event);
  ~Matchable();
  Matchable(const Matchable&) = delete;
  Matchable& operator=(const Matchable&) = delete;

  /// A field of the envelope; null data when there is no such field.
  std::string_view envelope_field(std::string_view name) const;
  const kernel::Json& detail() const;

 private:
  EventView event_;
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
    std::string path;  ///< keys joined by dots: a key with a dot is the same as two nested ones
    std::vector<Alternative> any_of;
  };
  /// Which element of which array a value came out of: values of one object of an array go together.
  using Membership = std::vector<std::pair<const kernel::Json*, std::size_t>>;

  static kernel::Result<> collect(const kernel::Json& object, const std::string& path,
                                  std::vector<Field>& fields);
  static kernel::Result<Alternative> alternative_of(const kernel::Json& value);
  static bool accepts_text(const Field& field, std::string_view text);
  static bool accepts(const Field& field, const kernel::Json& scalar);
  static void find_values(const Field& field, const kernel::Json& value, std::string_view rest,
                          Membership& membership, std::vector<Membership>& found);
  static bool fits_together(const std::vector<std::vector<Membership>>& values, std::size_t next,
                            Membership& chosen);

  std::vector<Field> fields_;  // all must match
};

}  // namespace emulator::bus
