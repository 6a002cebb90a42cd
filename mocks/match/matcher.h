#pragma once
// What one value of a request must be: the operators of facts/mocks-and-faults 1. Plain decisions; the time
// that `before now` means is passed in.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/json.h"
#include "middleware/kernel/result.h"
#include "middleware/kernel/time.h"
#include "mocks/jsonpath/path.h"
#include "mocks/jsonpath/pattern.h"

namespace ingest {
class Schema;
}

namespace mocks::match {

enum class Operator : std::uint8_t {
  EqualTo,
  Contains,
  DoesNotContain,
  StartsWith,
  EndsWith,
  Matches,  ///< the whole value
  DoesNotMatch,
  Absent,   ///< no value at all
  Present,  ///< any value
  EqualToNumber,
  GreaterThan,
  GreaterOrEqual,
  LessThan,
  LessOrEqual,
  Before,
  After,
  EqualToDateTime,
  EqualToJson,
  MatchesJsonPath,
  MatchesJsonSchema,
  BinaryEqualTo,
  And,
  Or,
  Not
};

/// How a moment stands in a request.
enum class DateFormat : std::uint8_t { Iso, UnixSeconds, EpochMillis, HttpDate };

struct Matcher {
  Operator op = Operator::Present;
  std::string text{};                        ///< operand; base64 is decoded
  bool ignores_case = false;                 ///< EqualTo
  double number = 0;                         ///< operand of the numeric ones
  std::optional<kernel::WallTime> moment{};  ///< a literal instant; else now + offset
  kernel::Duration offset{};
  DateFormat date_format = DateFormat::Iso;
  bool ignores_array_order = false;                ///< EqualToJson
  bool ignores_extra = false;                      ///< EqualToJson: more fields and items in the actual value
  std::shared_ptr<const kernel::Json> json{};      ///< EqualToJson
  std::optional<jsonpath::Pattern> pattern{};      ///< Matches, DoesNotMatch
  std::optional<jsonpath::Path> path{};            ///< MatchesJsonPath
  std::shared_ptr<const ingest::Schema> schema{};  ///< MatchesJsonSchema
  std::vector<Matcher> parts{};  ///< And, Or, Not; MatchesJsonPath: what a selected node must be, or none

  /// As a person reads it: "equal to 'EUR'".
  std::string words() const;
};

struct Seen {
  kernel::WallTime now{};
  /// The value as JSON where the caller has parsed it already.
  const kernel::Json* json = nullptr;
};

/// `value` null: the request has none.
bool holds(const Matcher& matcher, const std::string_view* value, const Seen& seen);

/// 0 when it holds, up to 1: how far the value is from what was wanted (facts 16).
double distance(const Matcher& matcher, const std::string_view* value, const Seen& seen);

/// "now", "now -3 days", "now +15 minutes": the offset. Units: seconds, minutes, hours, days.
kernel::Result<kernel::Duration> now_offset(std::string_view text);

/// Edits from one to the other over the length of the longer one: 0..1. Long texts are compared by their
/// first 256 characters.
double text_distance(std::string_view a, std::string_view b);

}  // namespace mocks::match
