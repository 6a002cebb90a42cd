#include "emulator/cli/flow_text.h"

#include <nlohmann/json.hpp>

#include "middleware/config/reader.h"

namespace emulator::cli {
namespace {

/// Without quotes it is this text, and nothing else.
bool is_plain(const std::string& text) {
  const auto read = config::read_text("[" + text + "]", "", config::json());
  return read && *read == kernel::Json::array({text});
}

std::string scalar_text(const std::string& text) {
  return is_plain(text) ? text : kernel::json_text(kernel::Json(text));
}

}  // namespace

std::string flow_text(const kernel::Json& value) {
  if (value.is_string()) return scalar_text(value.get<std::string>());
  if (!value.is_object() && !value.is_array()) return kernel::json_text(value);
  std::string text(1, value.is_object() ? '{' : '[');
  for (const auto& [key, item] : value.items()) {
    if (text.size() > 1) text += ", ";
    if (value.is_object()) text += scalar_text(key) + ": ";
    text += flow_text(item);
  }
  return text + (value.is_object() ? '}' : ']');
}

}  // namespace emulator::cli
