#pragma once
// One scenario run and read back: what `run` and `up` have in common.
#include <optional>

#include "emulator/report/run_report.h"
#include "emulator/runner/run.h"

namespace emulator::cli {

/// One scenario's place in the outcome, whatever the order in which they end. Empty: it was not run.
struct Ended {
  std::optional<report::RunReport> report;
  std::optional<kernel::Error> error;
};

Ended run_one(const runner::Scenario& scenario, const runner::RunOptions& options);

}  // namespace emulator::cli
