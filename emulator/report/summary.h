#pragma once
// What `relayrig run` prints after a scenario: six lines when it passed, at most ten when it did not.
#include <string>

#include "emulator/report/run_report.h"

namespace emulator::report {

struct Look {
  bool colour = false;
};

std::string summary_text(const RunReport& run, Look look = {});

/// Passed: what happened. Otherwise: what broke, where to see it, and the line to paste that repeats it.
std::string passed_text(const RunReport& run, Look look = {});
std::string failed_text(const RunReport& run, Look look = {});

/// "payments  closed ── 1m02s open ── 1m07s probe failed ── 3m04s closed", one a breaker and owner; of many
/// states the first three and the last stay.
std::vector<std::string> breaker_lines(const RunReport& run);

/// The line to paste.
std::string reproduce_command(const RunReport& run);

}  // namespace emulator::report
