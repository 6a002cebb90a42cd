#pragma once
// What somebody may have meant who wrote a name that nobody knows.
#include <string>
#include <string_view>
#include <vector>

namespace config {

/// The candidate nearest to `word`, or "" when none is near. Near, letter case aside: two edits (insert,
/// drop, replace, swap neighbours) but no more than half of the shorter word, or a third of the longer one;
/// failing that, the only candidate that begins with `word` (two letters or more). Among equals the first one
/// wins.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// "; did you mean 'for'?", or "" when did_you_mean has no answer.
std::string did_you_mean_text(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace config
