#pragma once
// Event patterns: which events somebody wants. The language of EventBridge's rules, and with other options of
// SNS filter policies and Lambda's filter criteria.
//
// Source: facts/aws-delivery 1.4. The service behaves as the open-source Event Ruler; so does this.
#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/patterns/event.h"
#include "emulator/patterns/matcher.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/result.h"

namespace emulator::patterns {

/// What the users of the language do not have in common. The defaults are those of a rule.
struct Options {
  std::string_view refusal = "Event pattern is not valid. Reason: ";  ///< begins every error
  /// Characters. The quota of a rule; the service's model admits 4,096, for which the quota can be raised.
  std::size_t length_max = 2048;
  /// Alternatives that `$or` multiplies to. ASSUMPTION: the number is known, the service's text is not.
  std::size_t combinations_max = 1000;
  /// By wildcard_complexity, for the wildcards of one field. ASSUMPTION: the limit lies between 4 and 11.
  std::size_t wildcard_complexity_max = 10;
  std::size_t nesting_max = 1000;  ///< levels of objects and arrays
  bool has_or = true;              ///< without it, `$or` is a field as any other
  /// Operators that are unknown here: "wildcard", or "anything-but/suffix" inside anything-but.
  std::vector<std::string> without{};
};

/// One field of a pattern: some value at `path` is accepted by one of the matchers, or there is none.
struct Field {
  std::string path;    ///< keys joined by dots: a key with a dot is the same as two nested ones
  std::string source;  ///< the matchers as they were written
  std::vector<Matcher> matchers{};
  bool accepts_absence = false;

  bool accepts(const Scalar& value) const;
};

/// Fields that must all agree, by path in the order of UTF-16, which is that of the engine.
using Alternative = std::vector<std::shared_ptr<const Field>>;

/// Cheap to copy: what was compiled is shared.
class Pattern {
 public:
  /// Matches nothing.
  Pattern() : Pattern(std::vector<Alternative>{}) {}

  /// Keys count in the order of the text, and the last of two equal ones wins. The error is `refusal` and the
  /// engine's text; its place is "line: 1, column: 56", or nothing where the engine names none.
  static kernel::Result<Pattern> compile(std::string_view json, const Options& options = {});
  /// As if written without spaces.
  template <std::same_as<kernel::Json> Json>  // and nothing that converts to it
  static kernel::Result<Pattern> compile(const Json& pattern, const Options& options = {}) {
    return compile(std::string_view(kernel::json_text(pattern)), options);
  }

  bool matches(const Event& event) const;
  /// `json` is an object, as text.
  bool matches(std::string_view json) const { return matches(Event{.json = json}); }

  /// It matches if one of them does.
  const std::vector<Alternative>& alternatives() const { return *alternatives_; }

 private:
  explicit Pattern(std::vector<Alternative> alternatives);

  std::shared_ptr<const std::vector<Alternative>> alternatives_;
};

/// The whole text that PutRule answers: the error, and where in the pattern it was found.
std::string service_text(const kernel::Error& error, std::string_view pattern);

}  // namespace emulator::patterns
