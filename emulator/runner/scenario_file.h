#pragma once
// From a scenario file to a Scenario, or to everything that is wrong with it.
//
// A file is composed before it is read: `use` puts a shared deployment under `given`, `mock: NAME` puts an
// API's file under its entry, `middleware: PATH` (or a map with `file: PATH`) the middleware's. What stands
// in the scenario wins; maps merge key by key, everything else replaces. Paths start from the folder of the
// file that names them.
#include <expected>
#include <string>
#include <vector>

#include "emulator/runner/scenario.h"

namespace emulator::runner {

/// "given.compute.max=5": a value put in from outside, as YAML.
struct Override {
  std::string path;
  std::string value;
};
kernel::Result<Override> parse_override(const std::string& text);

std::expected<Scenario, config::Problems> read_scenario(const std::string& path,
                                                        const std::vector<Override>& overrides = {});

/// A scenario in which nothing is given and nothing happens: what `up` starts with when no file is named.
Scenario empty_scenario();

/// The JSON Schema of scenario files.
kernel::Json scenario_schema();

/// The files that `paths` stand for, sorted: a folder means every *.yaml, *.yml and *.json in it (not in
/// folders below). NotFound names the path that is not there.
kernel::Result<std::vector<std::string>> scenario_files(const std::vector<std::string>& paths);

}  // namespace emulator::runner
