#include "emulator/platform/logs/log_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace emulator::logs {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

/// The field at the beginning of `rest`, which goes.
std::string_view next_field(std::string_view& rest) {
  const char close = rest.front() == '"' ? '"' : rest.front() == '[' ? ']' : '\0';
  if (close != '\0') {
    const std::size_t end = rest.find(close, 1);
    if (end != std::string_view::npos) {
      const std::string_view field = rest.substr(1, end - 1);
      rest.remove_prefix(end + 1);
      return field;
    }
  }
  const std::size_t end = std::min(rest.find_first_of(kSpaces), rest.size());
  const std::string_view field = rest.substr(0, end);
  rest.remove_prefix(end);
  return field;
}

}  // namespace

LogText::LogText(std::string_view text) : text_(text) {}

LogText::~LogText() = default;

const kernel::Json* LogText::json() {
  if (is_parsed_) return json_.get();
  is_parsed_ = true;
  const std::size_t begin = text_.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos || (text_[begin] != '{' && text_[begin] != '[')) return nullptr;
  if (auto parsed = kernel::parse_json(text_))
    json_ = std::make_unique<const kernel::Json>(std::move(*parsed));
  return json_.get();
}

const std::vector<std::string_view>& LogText::fields() {
  if (is_divided_) return fields_;
  is_divided_ = true;
  std::string_view rest = text_;
  while (true) {
    rest.remove_prefix(std::min(rest.find_first_not_of(kSpaces), rest.size()));
    if (rest.empty()) return fields_;
    fields_.push_back(next_field(rest));
  }
}

}  // namespace emulator::logs
