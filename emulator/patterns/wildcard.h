#pragma once
// The operator `wildcard`: `*` stands for any run of bytes, also none; `\*` and `\\` for themselves.
//
// Source: facts/aws-delivery 1.4: the row `wildcard`, its two texts, and the complexity score of the service.
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/result.h"

namespace emulator::patterns {

class Wildcard {
 public:
  /// The error is the engine's text; it counts bytes of UTF-8 from the opening quote, which is 0.
  static kernel::Result<Wildcard> parse(std::string_view text);

  /// The whole of `text`, byte by byte.
  bool matches(std::string_view text) const;

  /// What stands before, between and after the stars: one more than there are stars.
  const std::vector<std::string>& parts() const { return parts_; }

 private:
  std::vector<std::string> parts_;
};

/// How many places of the wildcards of one field a single value can be in at once, as the open engine counts
/// it: "*:*:*:*:*:event-bus/*" is 11, "*/bin/*.jar" is 4.
std::size_t wildcard_complexity(std::span<const Wildcard* const> wildcards);

}  // namespace emulator::patterns
