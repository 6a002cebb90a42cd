#pragma once
// What functions, their account and their destinations say of each other.
#include <string>
#include <vector>

#include "emulator/runner/scenario.h"

namespace emulator::runner {

/// Everything that does not fit; empty: all does. Queues need not be looked for: one that is named is there.
std::vector<std::string> function_problems(const Given& given);

}  // namespace emulator::runner
