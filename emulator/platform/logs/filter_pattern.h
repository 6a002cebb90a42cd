#pragma once
// Filter patterns: which events FilterLogEvents returns and metric filters count.
//
//   ERROR "not found" -DEBUG          all of these and none of those; `?a ?b`: any of them
//   { $.level = "ERROR" && $.ms > 5 } of events that are JSON
//   [ip, user, ..., status = 5*]      of events that are fields between spaces
//
// Source: facts/aws-platform 4.5. ASSUMPTION: a term is found anywhere in the event, also within a word; a
// comparison with a member that is not there does not hold, != neither; without `...` the number of fields
// must be the pattern's. `?` beside other terms is refused.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/platform/logs/log_text.h"
#include "middleware/kernel/result.h"

namespace emulator::logs {

class FilterPattern {
 public:
  /// The error says what is wrong at which character.
  static kernel::Result<FilterPattern> parse(std::string_view text);

  bool fits(LogText& event) const { return body_->fits(event); }
  /// Whether events that fit can have this: "$.latency", or "$size" for a field of that name.
  bool knows(std::string_view selector) const { return body_->knows(selector); }
  /// What it is in this event, as text.
  std::optional<std::string> value_of(LogText& event, std::string_view selector) const {
    return body_->value_of(event, selector);
  }
  /// All that the pattern names, of an event that fits.
  std::vector<std::pair<std::string, std::string>> values_of(LogText& event) const {
    return body_->values_of(event);
  }

  /// One of the three languages.
  class Body {
   public:
    virtual ~Body() = default;
    virtual bool fits(LogText& event) const = 0;
    virtual bool knows(std::string_view selector) const = 0;
    virtual std::optional<std::string> value_of(LogText& event, std::string_view selector) const = 0;
    virtual std::vector<std::pair<std::string, std::string>> values_of(LogText& event) const = 0;
  };

 private:
  std::shared_ptr<const Body> body_;
};

using PatternBody = kernel::Result<std::shared_ptr<const FilterPattern::Body>>;
PatternBody parse_terms(std::string_view text);
PatternBody parse_json_pattern(std::string_view text);
PatternBody parse_fields_pattern(std::string_view text);

}  // namespace emulator::logs
