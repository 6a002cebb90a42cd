#include "emulator/platform/access/tags.h"

#include <algorithm>

namespace emulator::access {

Tags with_tags(Tags tags, const Tags& more) {
  for (const auto& [key, value] : more) {
    const auto same = std::ranges::find(tags, key, [](const auto& tag) { return tag.first; });
    if (same == tags.end()) {
      tags.emplace_back(key, value);
    } else {
      same->second = value;
    }
  }
  return tags;
}

void erase_tags(Tags& tags, const std::vector<std::string>& keys) {
  std::erase_if(tags, [&keys](const auto& tag) { return std::ranges::find(keys, tag.first) != keys.end(); });
}

}  // namespace emulator::access
