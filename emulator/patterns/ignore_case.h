#pragma once
// Text compared without regard to case: `equals-ignore-case`, also inside prefix, suffix and anything-but.
//
// Source: facts/aws-delivery 1.4: the row `equals-ignore-case` ("ÉCOLE" ~ "école").
#include <string>
#include <string_view>
#include <vector>

namespace emulator::patterns {

class IgnoreCase {
 public:
  explicit IgnoreCase(std::string_view text);

  bool equals(std::string_view text) const;
  bool begins(std::string_view text) const;
  bool ends(std::string_view text) const;

  /// Whether only ASCII text can match: then `lowered() == ascii_lower(text)` is `equals(text)`.
  bool is_ascii() const { return is_ascii_; }
  const std::string& lowered() const { return lowered_; }

 private:
  /// A character of the wanted text: a value has one of these in its place.
  struct Unit {
    std::string lower;
    std::string upper;
  };

  /// How many bytes of `text` the units take from its front; npos when they do not fit.
  std::size_t taken(std::string_view text) const;

  std::vector<Unit> units_;  // only of text that is not ASCII
  std::string lowered_;
  bool is_ascii_;
};

/// Letters A to Z in lower case, all other bytes as they are.
std::string ascii_lower(std::string_view text);
void assign_ascii_lower(std::string& out, std::string_view text);

}  // namespace emulator::patterns
