#include "mocks/imports/java_regex.h"

#include "mocks/jsonpath/pattern.h"

namespace mocks::imports {
namespace {

/// Reads a pattern once: refuses what RE2 would read as something else.
class Reading {
 public:
  explicit Reading(const std::string& text) : text_(text) {}

  kernel::Result<std::string> run() {
    for (at_ = 0; at_ < text_.size(); ++at_) {
      if (sees("\\Q")) {
        quoted();
      } else if (text_[at_] == '\\') {
        escape();
      } else if (is_in_class_) {
        in_class();
      } else {
        outside();
      }
    }
    if (!problem_.empty()) return kernel::invalid(problem_);
    return out_;
  }
  bool has_dot() const { return has_dot_; }

 private:
  bool sees(std::string_view what) const { return std::string_view(text_).substr(at_).starts_with(what); }

  void refuse(const char* why) {
    if (problem_.empty()) problem_ = why;
  }

  void quoted() {
    const std::size_t end = text_.find("\\E", at_);
    out_ += text_.substr(at_, end == std::string::npos ? end : end + 2 - at_);
    at_ = end == std::string::npos ? text_.size() : end + 1;
  }

  void escape() {
    // In Java a set of vertical or horizontal spaces; in RE2 \v is one character.
    if (sees("\\v")) refuse("\\v means something else to RE2");
    out_ += text_[at_++];
    if (at_ < text_.size()) out_ += text_[at_];
  }

  void in_class() {
    if (text_[at_] == '[' && !sees("[:")) refuse("RE2 has no class inside a class");
    if (sees("&&")) refuse("RE2 has no intersection of classes (&&)");
    if (text_[at_] == ']' && at_ > class_start_) is_in_class_ = false;
    out_ += text_[at_];
  }

  void outside() {
    if (text_[at_] == '[') {
      is_in_class_ = true;
      class_start_ = at_ + (sees("[^") ? 2 : 1);
      out_ += text_[at_];
      if (sees("[^")) out_ += text_[++at_];
      return;
    }
    has_dot_ = has_dot_ || text_[at_] == '.';
    const bool is_named = sees("(?<") && !sees("(?<=") && !sees("(?<!");
    out_ += is_named ? "(?P" : std::string(1, text_[at_]);
    if (is_named) ++at_;
  }

  const std::string& text_;
  std::size_t at_ = 0;
  std::size_t class_start_ = 0;
  bool is_in_class_ = false;
  bool has_dot_ = false;
  std::string out_;
  std::string problem_;
};

}  // namespace

kernel::Result<std::string> re2_text(const std::string& java, bool dot_is_any) {
  Reading reading(java);
  auto text = reading.run();
  if (!text) return text;
  const auto pattern = jsonpath::Pattern::compile(*text);
  if (!pattern) return kernel::invalid(pattern.error().message);
  return dot_is_any && reading.has_dot() ? "(?s)" + *text : *text;
}

}  // namespace mocks::imports
