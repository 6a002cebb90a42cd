#pragma once
// What a run's mocks of stubs saw, held against what the scenario expects.
#include <vector>

#include "emulator/hoplog/recorder.h"
#include "emulator/runner/scenario.h"
#include "emulator/runner/world.h"

namespace emulator::runner {

/// One row for each expectation, and one for each mock: whether it had anything to complain of.
std::vector<hoplog::CheckRow> mock_checks(const Scenario& scenario, const World& world);

/// No callback is under way, and no expectation that waits can still come true.
bool mocks_are_settled(const Scenario& scenario, const World& world, kernel::Timestamp now);

}  // namespace emulator::runner
