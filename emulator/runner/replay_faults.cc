#include "emulator/runner/replay_faults.h"

#include "emulator/hoplog/run_file.h"

namespace emulator::runner {

kernel::Result<> replay_faults(Scenario& scenario, const std::string& run_file) {
  const auto file = hoplog::RunFile::open(run_file);
  if (!file) return std::unexpected(file.error());
  for (TimelineAction& action : scenario.timeline) {
    if (!action.fault) continue;
    const auto fired = (*file)->query(
        "SELECT coalesce(key, ''), n FROM faults WHERE rule = ? AND fired ORDER BY id", {action.fault->name});
    if (!fired) return std::unexpected(fired.error());
    std::vector<mocks::Fired>& fires = action.fault->fires.emplace();
    for (const auto& row : fired->rows) {
      const auto* key = std::get_if<std::string>(&row[0]);
      const auto* n = std::get_if<std::int64_t>(&row[1]);
      if (key != nullptr && n != nullptr) fires.push_back({.key = *key, .n = static_cast<std::uint64_t>(*n)});
    }
  }
  scenario.arguments += (scenario.arguments.empty() ? "" : " ") + ("--replay-faults " + run_file);
  return {};
}

}  // namespace emulator::runner
