#include "mocks/imports/openapi_document.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/url.h"
#include "mocks/imports/findings.h"

namespace mocks::imports {

Located Located::at(std::string_view key) const {
  if (value == nullptr || !value->is_object()) return {};
  const auto found = value->find(key);
  if (found == value->end()) return {};
  return {&*found, below(pointer, key)};
}

std::vector<std::string> Located::names() const {
  std::vector<std::string> all;
  if (value == nullptr || !value->is_object()) return all;
  for (auto member = value->begin(); member != value->end(); ++member) all.push_back(member.key());
  return all;
}

std::vector<Located> Located::items() const {
  std::vector<Located> all;
  if (value == nullptr || !value->is_array()) return all;
  for (std::size_t i = 0; i < value->size(); ++i) all.push_back({&(*value)[i], below(pointer, i)});
  return all;
}

kernel::Result<Located> Document::resolved(Located at) const {
  std::vector<std::string> seen;
  while (at.is_there() && at.value->is_object() && at.value->contains("$ref")) {
    const kernel::Json& reference = (*at.value)["$ref"];
    if (!reference.is_string()) return kernel::invalid("a $ref is a text", at.pointer);
    const std::string target = reference.get<std::string>();
    if (!target.starts_with('#'))
      return kernel::invalid("'" + target + "' leads out of the document", at.pointer);
    if (std::ranges::find(seen, target) != seen.end())
      return kernel::invalid("'" + target + "' leads back to itself", at.pointer);
    seen.push_back(target);
    const std::string pointer = kernel::percent_decoded(target.substr(1), false);
    const kernel::Json* found = kernel::json_at(root_, pointer);
    if (found == nullptr) return kernel::invalid("there is nothing at '" + target + "'", at.pointer);
    at = {found, pointer};
  }
  return at;
}

}  // namespace mocks::imports
