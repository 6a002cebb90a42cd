#pragma once
// Patterns and formats of texts, in time that grows with the text only. For the sources of this folder.
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ingest {

/// A regular expression that is found anywhere in a text, as `pattern` says. Copies share what was compiled.
class Pattern {
 public:
  /// `expression` must have no pattern_problem.
  explicit Pattern(const std::string& expression);
  bool is_in(std::string_view text) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

/// Why an expression cannot be used: it is malformed, or RE2 has no such thing (lookaround, back references).
std::optional<std::string> pattern_problem(const std::string& expression);

enum class Format : unsigned char { DateTime, Date, Time, Uuid };
std::optional<Format> find_format(std::string_view name);
bool has_format(std::string_view text, Format format);

}  // namespace ingest
