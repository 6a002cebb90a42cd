#include <filesystem>
#include <iostream>

#include "emulator/campaign/sweep.h"
#include "emulator/cli/commands.h"
#include "emulator/cli/selection.h"
#include "emulator/report/table.h"
#include "emulator/runner/run.h"
#include "middleware/live/parallel.h"

namespace emulator::cli {
namespace {

/// What is overridden at one point.
std::vector<std::string> overrides_at(const campaign::Point& point, const std::vector<campaign::Axis>& axes,
                                      std::vector<std::string> overrides) {
  for (std::size_t i = 0; i < axes.size(); ++i) overrides.push_back(axes[i].key + "=" + point[i]);
  return overrides;
}

kernel::Result<campaign::Figures> run_and_read(const runner::Scenario& scenario,
                                               const runner::RunOptions& options) {
  const auto result = runner::run_scenario(scenario, options);
  if (!result) return std::unexpected(result.error());
  const auto file = hoplog::RunFile::open(result->path);
  if (!file) return std::unexpected(file.error());
  return campaign::figures_of(**file);
}

}  // namespace

int sweep(const Settings& settings, const SweepArguments& arguments) {
  const auto format = report::parse_table_format(arguments.format);
  if (!format) return complain(format.error());
  std::vector<campaign::Axis> axes;
  for (const std::string& text : arguments.vary) {
    auto axis = campaign::parse_axis(text);
    if (!axis) return complain(axis.error());
    axes.push_back(std::move(*axis));
  }
  const std::vector<campaign::Point> points = campaign::points_of(axes);
  std::vector<runner::Scenario> scenarios;
  for (const campaign::Point& point : points) {
    Selection selection = select({arguments.path}, {}, overrides_at(point, axes, arguments.overrides));
    if (selection.scenarios.empty() || selection.code != kPassed) return selection.report(std::cerr);
    if (selection.scenarios.size() > 1)
      return complain(
          kernel::invalid("sweep wants one scenario, and this is a folder of them", arguments.path).error());
    scenarios.push_back(std::move(selection.scenarios.front()));
  }

  const auto seeds = static_cast<std::size_t>(arguments.seeds);
  std::vector<std::vector<campaign::Figures>> figures(points.size(), std::vector<campaign::Figures>(seeds));
  std::vector<std::optional<kernel::Error>> errors(points.size() * seeds);
  std::vector<kernel::Action> work;
  for (std::size_t at = 0; at < errors.size(); ++at) {
    work.emplace_back([&, at] {
      const std::size_t point = at / seeds;
      const runner::Scenario& scenario = scenarios[point];
      const std::filesystem::path folder =
          std::filesystem::path(settings.runs_folder) / "sweep" / std::to_string(point + 1);
      auto read = run_and_read(
          scenario,
          {.seed = scenario.seed + at % seeds, .runs_folder = folder.string(), .version = RELAYRIG_VERSION});
      if (read) {
        figures[point][at % seeds] = std::move(*read);
      } else {
        errors[at] = read.error();
      }
    });
  }
  live::run_parallel(static_cast<int>(settings.jobs), std::move(work), [&](std::size_t at) {
    if (!settings.quiet) std::cerr << "run " << at + 1 << " of " << errors.size() << '\n';
  });
  for (const auto& error : errors) {
    if (error) return complain(*error);
  }
  std::cout << report::table_text(campaign::sweep_table(axes, points, figures), *format);
  return kPassed;
}

}  // namespace emulator::cli
