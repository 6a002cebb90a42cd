#pragma once
// A regular expression of a filter pattern or a query: RE2's, which is close to what the service takes, and
// linear.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/kernel/result.h"

namespace emulator::logs {

class Regex {
 public:
  static kernel::Result<Regex> compile(std::string_view text);

  bool is_found_in(std::string_view text) const;
  /// Names of its groups, in their order; "" for one that has none.
  std::vector<std::string> group_names() const;
  /// What the groups hold where it is found first; empty when it is not.
  std::vector<std::string> groups(std::string_view text) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace emulator::logs
