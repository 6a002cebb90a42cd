#pragma once
// Walks through the text of a pattern or a query, and knows where it is.
#include <algorithm>
#include <string>
#include <string_view>

#include "middleware/kernel/result.h"

namespace emulator::logs {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool at_end() {
    skip_spaces();
    return at_ == text_.size();
  }
  /// The next character, spaces included; '\0' at the end.
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  std::string_view rest() const { return text_.substr(at_); }
  std::size_t place() const { return at_; }
  std::string_view since(std::size_t place) const { return text_.substr(place, at_ - place); }
  void step(std::size_t count = 1) { at_ = std::min(at_ + count, text_.size()); }
  void skip_spaces() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  /// Behind spaces.
  bool accept(std::string_view token) {
    skip_spaces();
    if (!rest().starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  /// The same for a word, whatever its case, which ends where no letter follows.
  bool accept_word(std::string_view word) {
    skip_spaces();
    if (!begins_with_word(rest(), word)) return false;
    at_ += word.size();
    return true;
  }
  /// Up to the first of these characters.
  std::string_view until(std::string_view ends) {
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_of(ends, at_), text_.size());
    return since(begin);
  }
  /// Behind the opening quote: the text up to the closing one, without the backslashes before quotes and
  /// backslashes.
  kernel::Result<std::string> quoted(char quote) {
    std::string result;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == quote) {
        ++at_;
        return result;
      }
      const bool escapes =
          text_[at_] == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == quote || text_[at_ + 1] == '\\');
      result += text_[escapes ? ++at_ : at_];
    }
    return failed("a quote is not closed");
  }
  std::unexpected<kernel::Error> failed(std::string_view problem) const {
    return kernel::invalid(std::string(problem) + " at character " + std::to_string(at_ + 1));
  }

  static bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }

 private:
  static bool begins_with_word(std::string_view text, std::string_view word) {
    if (text.size() < word.size()) return false;
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    for (std::size_t i = 0; i < word.size(); ++i) {
      if (lower(text[i]) != lower(word[i])) return false;
    }
    return text.size() == word.size() || !is_word_character(text[word.size()]);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace emulator::logs
