#pragma once
// Knows the values of secrets, so that what is written down never holds one.
//
// ASSUMPTION: a value of fewer than four characters is too common to be looked for.
#include <string>
#include <string_view>
#include <vector>

namespace secrets {

class Redactor {
 public:
  /// From now on; what was known before stays known, since a rotated value is a secret still. Known with it:
  /// the forms in which JSON, percent-encoding and base64 carry the value, also base64 of a longer text with
  /// the value in it (a Basic header).
  void add(std::string_view value);

  /// `text` with "[redacted]" in place of each value.
  std::string redacted(std::string text) const;
  /// Whether `text` holds one.
  bool finds_any(std::string_view text) const;

 private:
  void add_form(std::string form);

  std::vector<std::string> forms_;  ///< the longest first: one value may be part of another
};

}  // namespace secrets
