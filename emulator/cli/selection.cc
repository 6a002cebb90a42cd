#include "emulator/cli/selection.h"

#include <algorithm>
#include <ostream>

namespace emulator::cli {

int Selection::report(std::ostream& out) const {
  if (code != kPassed) {
    out << problems;
    return code;
  }
  if (scenarios.empty()) out << "relayrig: no scenario is selected\n";
  return scenarios.empty() ? kNothing : kPassed;
}

Selection select(const std::vector<std::string>& paths, const std::vector<std::string>& tags,
                 const std::vector<std::string>& overrides) {
  Selection selection;
  const auto refuse = [&selection](const kernel::Error& error) {
    selection.problems += error.text() + "\n";
    selection.code = std::max(selection.code, exit_code_of(error));
  };
  std::vector<runner::Override> changes;
  for (const std::string& text : overrides) {
    auto change = runner::parse_override(text);
    if (change) {
      changes.push_back(std::move(*change));
    } else {
      refuse(change.error());
    }
  }
  const auto files = runner::scenario_files(paths.empty() ? std::vector<std::string>{"scenarios"} : paths);
  if (!files) refuse(files.error());
  if (selection.code != kPassed) return selection;
  for (const std::string& file : *files) {
    auto scenario = runner::read_scenario(file, changes);
    if (!scenario) {
      for (const kernel::Error& error : scenario.error().errors()) refuse(error);
      continue;
    }
    const bool wanted = tags.empty() || std::ranges::any_of(scenario->tags, [&tags](const std::string& tag) {
                          return std::ranges::find(tags, tag) != tags.end();
                        });
    if (wanted) selection.scenarios.push_back(std::move(*scenario));
  }
  return selection;
}

}  // namespace emulator::cli
