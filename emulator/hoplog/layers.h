#pragma once
// How many attempts each layer saw, counted once when a run is sealed: asked in SQL, the question sorts every
// hop.
#include "emulator/hoplog/sqlite.h"

namespace emulator::hoplog {

/// Fills the table `layers`. Needs the index hops_by_event.
kernel::Result<> count_layers(const Connection& file);

}  // namespace emulator::hoplog
