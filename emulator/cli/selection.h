#pragma once
// Which scenarios a command works on.
#include <iosfwd>
#include <string>
#include <vector>

#include "emulator/cli/settings.h"
#include "emulator/runner/scenario_file.h"

namespace emulator::cli {

struct Selection {
  std::vector<runner::Scenario> scenarios;
  std::string problems;  ///< of all files, a line each
  int code = kPassed;    ///< kInvalid or kInfrastructure when there are problems

  /// Says what is wrong, or that nothing was selected; returns the exit code.
  int report(std::ostream& out) const;
};

/// Without paths: the folder `scenarios`. Without tags: all; else those with any of them.
Selection select(const std::vector<std::string>& paths, const std::vector<std::string>& tags,
                 const std::vector<std::string>& overrides);

}  // namespace emulator::cli
