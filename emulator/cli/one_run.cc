#include "emulator/cli/one_run.h"

namespace emulator::cli {

Ended run_one(const runner::Scenario& scenario, const runner::RunOptions& options) {
  Ended ended;
  const auto result = runner::run_scenario(scenario, options);
  if (!result) {
    ended.error = result.error();
    return ended;
  }
  const auto file = hoplog::RunFile::open(result->path);
  if (!file) {
    ended.error = file.error();
    return ended;
  }
  auto report = report::read_run(**file);
  if (report) {
    ended.report = std::move(*report);
  } else {
    ended.error = report.error();
  }
  return ended;
}

}  // namespace emulator::cli
