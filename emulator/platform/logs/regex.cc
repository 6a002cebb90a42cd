#include "emulator/platform/logs/regex.h"

#include <re2/re2.h>

namespace emulator::logs {
namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

/// RE2 of Debian 12 wants "(?P<name>"; people write "(?<name>".
std::string with_named_groups(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    result += text[i];
    if (text[i] == '\\' && i + 1 < text.size()) result += text[++i];
    const std::string_view rest = text.substr(i);
    const bool is_named = rest.starts_with("(?<") && !rest.starts_with("(?<=") && !rest.starts_with("(?<!");
    if (text[i] != '(' || !is_named) continue;
    result += "?P";
    ++i;
  }
  return result;
}

}  // namespace

struct Regex::Compiled {
  explicit Compiled(std::string_view text) : regex(piece(text), quiet()) {}
  static RE2::Options quiet() {
    RE2::Options options;
    options.set_log_errors(false);
    return options;
  }
  RE2 regex;
};

kernel::Result<Regex> Regex::compile(std::string_view text) {
  auto compiled = std::make_shared<const Compiled>(with_named_groups(text));
  if (!compiled->regex.ok())
    return kernel::invalid("'" + std::string(text) +
                           "' is no regular expression: " + compiled->regex.error());
  Regex regex;
  regex.compiled_ = std::move(compiled);
  return regex;
}

bool Regex::is_found_in(std::string_view text) const {
  return RE2::PartialMatch(piece(text), compiled_->regex);
}

std::vector<std::string> Regex::group_names() const {
  std::vector<std::string> names(static_cast<std::size_t>(compiled_->regex.NumberOfCapturingGroups()));
  for (const auto& [number, name] : compiled_->regex.CapturingGroupNames())
    names[static_cast<std::size_t>(number) - 1] = name;
  return names;
}

std::vector<std::string> Regex::groups(std::string_view text) const {
  std::vector<re2::StringPiece> found(static_cast<std::size_t>(compiled_->regex.NumberOfCapturingGroups()) +
                                      1);
  if (!compiled_->regex.Match(piece(text), 0, text.size(), RE2::UNANCHORED, found.data(),
                              static_cast<int>(found.size())))
    return {};
  std::vector<std::string> texts;
  for (std::size_t i = 1; i < found.size(); ++i)
    texts.emplace_back(found[i].data() == nullptr ? "" : found[i].data(), found[i].size());
  return texts;
}

}  // namespace emulator::logs
