#pragma once
// The schedule of faults that fired in one run, played again: no luck, whatever the seed.
#include <string>

#include "emulator/runner/scenario.h"

namespace emulator::runner {

/// Each fault of the timeline at an API fires on just the requests on which it fired in `run_file`; one that
/// never fired there, never. The faults are known by their names. The error is the run file's.
kernel::Result<> replay_faults(Scenario& scenario, const std::string& run_file);

}  // namespace emulator::runner
