#pragma once
// The shapes of a scenario's timeline, expectations and invariants.
#include <vector>

#include "emulator/runner/scenario.h"
#include "middleware/config/reader.h"

namespace emulator::runner {

config::Shape<TimelineAction> timeline_line_shape();
config::Shape<std::vector<TimelineAction>> timeline_shape();
config::Shape<judge::Expectation> expectation_shape();
config::Shape<judge::InvariantSettings> invariants_shape();

}  // namespace emulator::runner
