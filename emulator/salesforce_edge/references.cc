#include "emulator/salesforce_edge/references.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace emulator::salesforce_edge {

using kernel::Json;

namespace {

/// "order.records[0].Id" as a JSON Pointer: "/order/records/0/Id".
std::string pointer_of(std::string_view path) {
  std::string pointer = "/";
  for (const char c : path) {
    if (c == '.' || c == '[') {
      pointer += '/';
    } else if (c != ']') {
      pointer += c;
    }
  }
  return pointer;
}

}  // namespace

kernel::Result<std::string> resolved(std::string_view text, const Json& answers) {
  std::string result;
  while (true) {
    const std::size_t begin = text.find("@{");
    const std::size_t end = begin == std::string_view::npos ? begin : text.find('}', begin);
    if (end == std::string_view::npos) return result.append(text);
    const std::string_view path = text.substr(begin + 2, end - begin - 2);
    const Json* value = kernel::json_at(answers, pointer_of(path));
    if (value == nullptr || value->is_null() || value->is_structured()) {
      return kernel::invalid("Invalid reference specified. No value for " + std::string(path) +
                             " found in the answers before it");
    }
    result.append(text.substr(0, begin));
    result += value->is_string() ? value->get<std::string>() : kernel::json_text(*value);
    text.remove_prefix(end + 1);
  }
}

kernel::Result<> resolve_all(Json& value, const Json& answers) {
  if (value.is_string()) {
    auto text = resolved(value.get_ref<const std::string&>(), answers);
    if (!text) return std::unexpected(text.error());
    value = std::move(*text);
  } else if (value.is_structured()) {
    for (Json& part : value) {
      if (auto done = resolve_all(part, answers); !done) return done;
    }
  }
  return {};
}

}  // namespace emulator::salesforce_edge
