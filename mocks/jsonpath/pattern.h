#pragma once
// Regular expressions over text that came from outside: RE2, so that no input takes more than linear time.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/result.h"

namespace re2 {
class RE2;
}

namespace mocks::jsonpath {

class Pattern {
 public:
  /// In RE2's own syntax. The error says what is wrong with it.
  static kernel::Result<Pattern> compile(std::string_view text);
  /// An I-Regexp: as above, but '.' matches neither line feed nor carriage return.
  /// ASSUMPTION: what RE2 reads beyond RFC 9485 (\d, ^, $) is let through.
  static kernel::Result<Pattern> compile_i_regexp(std::string_view text);

  bool matches_whole(std::string_view value) const;
  bool is_found_in(std::string_view value) const;
  /// Of the first place where it is found: the whole, then its groups. Empty when it is not found.
  std::vector<std::string> groups(std::string_view value) const;

 private:
  std::shared_ptr<const re2::RE2> regex_;
};

}  // namespace mocks::jsonpath
