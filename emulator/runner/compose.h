#pragma once
// Puts the files together that a scenario is made of. Works on trees: every value keeps the place where it
// stood.
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "emulator/runner/scenario_file.h"
#include "middleware/config/tree.h"

namespace emulator::runner {

/// `over` wins; maps merge key by key.
config::Tree merged(config::Tree base, const config::Tree& over);

/// The whole tree of the scenario in `path`, with `use`, `mock` and `middleware` resolved and the overrides
/// put in.
std::expected<config::Tree, config::Problems> compose(const std::string& path,
                                                      const std::vector<Override>& overrides);

/// Puts the files of mocks that `apis` of a deployment names under their entries.
std::optional<config::Problems> resolve_mocks(config::Tree& given);

/// `name` from the folder of the file that says it.
std::string beside(const config::Place& place, const std::string& name);

}  // namespace emulator::runner
