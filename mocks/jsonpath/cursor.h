#pragma once
// Where the parser of a path is, and the smallest things that it reads: blanks, integers, names, strings.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "middleware/kernel/result.h"

namespace mocks::jsonpath {

/// Reads from the front; what is wrong is thrown as Refused and caught by Path::compile alone.
class Cursor {
 public:
  struct Refused {
    std::string message;
  };

  explicit Cursor(std::string_view text) : text_(text) {}

  bool is_at_end() const { return at_ == text_.size(); }
  std::size_t place() const { return at_; }
  void return_to(std::size_t place) { at_ = place; }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool sees(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  bool take(std::string_view what);
  void expect(char c);
  void skip_blanks();
  [[noreturn]] void refuse(const std::string& why) const;

  /// An index: no leading zero, no "-0", within +-(2^53 - 1). Nothing when no digit stands here.
  std::optional<std::int64_t> integer();
  /// The text of a JSON number ("-0", fractions and exponents included), "" when there is none.
  std::string_view number();
  /// name-first *name-char of the shorthand, "" when there is none.
  std::string name();
  /// lower-case letters, digits and '_' of a function's name, "" when there is none.
  std::string_view function_name();
  /// The value of a string literal; a quote must stand here.
  std::string quoted();

 private:
  void escape(std::string& out, char quote);
  std::uint32_t four_digits();

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace mocks::jsonpath
