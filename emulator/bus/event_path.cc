#include "emulator/bus/event_path.h"

#include <algorithm>

#include "middleware/kernel/json.h"
#include "middleware/kernel/json_pointer.h"

namespace emulator::bus {
namespace {

bool is_index(std::string_view text) {
  return !text.empty() && text.size() <= 8 && (text.size() == 1 || text[0] != '0') &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<EventPath> EventPath::parse(std::string_view text) {
  if (!text.starts_with('$')) return std::nullopt;
  text.remove_prefix(1);
  EventPath path;
  while (!text.empty()) {
    const char opening = text.front();
    text.remove_prefix(1);
    if (opening == '.') {
      const std::string_view key = text.substr(0, text.find_first_of(".["));
      if (key.empty()) return std::nullopt;
      kernel::append_pointer_key(path.pointer_, key);
      text.remove_prefix(key.size());
    } else if (opening == '[') {
      const std::size_t end = text.find(']');
      if (end == std::string_view::npos || !is_index(text.substr(0, end))) return std::nullopt;
      kernel::append_pointer_key(path.pointer_, text.substr(0, end));
      text.remove_prefix(end + 1);
    } else {
      return std::nullopt;
    }
  }
  return path;
}

std::optional<std::string_view> EventPath::find(std::string_view event) const {
  auto found = kernel::json_slice(event, pointer_);
  if (!found) return std::nullopt;
  const std::size_t end = found->find_last_not_of(" \t\r\n");
  return found->substr(0, end + 1);
}

}  // namespace emulator::bus
