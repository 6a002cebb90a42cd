#pragma once
// What `relayrig show RUN` prints.
#include <string>
#include <string_view>

#include "emulator/hoplog/run_file.h"
#include "emulator/report/summary.h"

namespace emulator::report {

/// The summary, then tables: ends, attempts by layer, effects done more than once, breakers, the events that
/// took longest and those that caused most calls, faults, checks, load. A table without rows is left out.
kernel::Result<std::string> run_details(const hoplog::RunFile& file, Look look = {});

/// Every hop of the events that `key` names: an EventUuid, the beginning of one (8 characters or more), or an
/// ordering key. NotFound when there is none.
kernel::Result<std::string> event_details(const hoplog::RunFile& file, std::string_view key, Look look = {});

}  // namespace emulator::report
