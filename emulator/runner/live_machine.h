#pragma once
// The machine that functions live on when they are processes: children of this one, each with a listener of
// its own on a free port of 127.0.0.1.
#include <memory>

#include "emulator/runtime/machine.h"

namespace live {
class Loop;
}

namespace emulator::runner {

/// The loop outlives it.
std::unique_ptr<runtime::Machine> live_machine(live::Loop& loop);

}  // namespace emulator::runner
