#pragma once
// Tags of a resource, as every service keeps them: in the order in which their keys came.
#include <string>
#include <utility>
#include <vector>

namespace emulator::access {

using Tags = std::vector<std::pair<std::string, std::string>>;

/// `tags` and `more`, whose values win where both have a key.
Tags with_tags(Tags tags, const Tags& more);
/// Keys that are not there are none's business.
void erase_tags(Tags& tags, const std::vector<std::string>& keys);

}  // namespace emulator::access
