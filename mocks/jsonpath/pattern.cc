#include "mocks/jsonpath/pattern.h"

#include <re2/re2.h>

namespace mocks::jsonpath {
namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

/// With every '.' outside of classes and escapes as the class that it stands for.
std::string with_plain_dots(std::string_view text) {
  std::string result;
  bool is_in_class = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      result.append(text.substr(i++, 2));
      continue;
    }
    if (c == '[') is_in_class = true;
    if (c == ']') is_in_class = false;
    if (c == '.' && !is_in_class) {
      result += "[^\\n\\r]";
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace

kernel::Result<Pattern> Pattern::compile(std::string_view text) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(8 << 20);
  auto regex = std::make_shared<const RE2>(piece(text), options);
  if (!regex->ok()) return kernel::invalid("'" + std::string(text) + "' is no pattern: " + regex->error());
  Pattern pattern;
  pattern.regex_ = std::move(regex);
  return pattern;
}

kernel::Result<Pattern> Pattern::compile_i_regexp(std::string_view text) {
  return compile(with_plain_dots(text));
}

bool Pattern::matches_whole(std::string_view value) const { return RE2::FullMatch(piece(value), *regex_); }

bool Pattern::is_found_in(std::string_view value) const { return RE2::PartialMatch(piece(value), *regex_); }

std::vector<std::string> Pattern::groups(std::string_view value) const {
  std::vector<re2::StringPiece> found(static_cast<std::size_t>(regex_->NumberOfCapturingGroups()) + 1);
  if (!regex_->Match(piece(value), 0, value.size(), RE2::UNANCHORED, found.data(),
                     static_cast<int>(found.size()))) {
    return {};
  }
  std::vector<std::string> texts;
  texts.reserve(found.size());
  for (const re2::StringPiece& group : found)
    texts.emplace_back(group.data() == nullptr ? "" : group.data(), group.size());
  return texts;
}

}  // namespace mocks::jsonpath
