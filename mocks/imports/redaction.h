#pragma once
// What must not reach a recorded file. Facts: mocks-and-faults 17 (redaction on by default).
//
// Two ways: by name (headers, parameters, fields of forms and members of JSON that are called so), and by
// value (what a request carried in such a place is taken out of the answer, wherever it stands there).
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/json.h"

namespace mocks::imports {

inline constexpr std::string_view kRedacted = "REDACTED";

class Redaction {
 public:
  /// `names` in addition to those that are always secret: Authorization, Cookie, api keys, tokens, passwords.
  /// Names compare without case, '-' and '_'.
  explicit Redaction(const std::vector<std::string>& names);

  bool is_secret(std::string_view name) const;

  /// Members with such a name lose their value, whatever it is; at any depth.
  kernel::Json redacted(const kernel::Json& json, const kernel::Json& instead) const;

  /// The values of all secrets in the request, longest first. Shorter than four characters they are no
  /// secrets: they would be found everywhere.
  std::vector<std::string> secrets_of(const kernel::HttpRequest& request) const;

  /// Without those values.
  static std::string without(std::string text, const std::vector<std::string>& secrets);

 private:
  void collect(const kernel::Json& json, std::vector<std::string>& secrets) const;
  std::vector<std::string> names_;
};

}  // namespace mocks::imports
