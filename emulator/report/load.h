#pragma once
// What a run says of its load, for who sizes a deployment: how much came and how long it took, what gave way
// first, and what is paid for.
#include <string>

#include "emulator/hoplog/run_file.h"
#include "emulator/report/summary.h"

namespace emulator::report {

/// Three tables with titles; one without rows is left out. All hold for a run that recorded a share of its
/// hops.
kernel::Result<std::string> load_text(const hoplog::RunFile& file, Look look = {});

}  // namespace emulator::report
