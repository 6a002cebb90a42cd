#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>

#include "emulator/cli/commands.h"
#include "emulator/cli/one_run.h"
#include "emulator/cli/progress_bar.h"
#include "emulator/cli/selection.h"
#include "emulator/report/formats.h"
#include "emulator/report/summary.h"
#include "emulator/runner/replay_faults.h"
#include "middleware/live/parallel.h"

namespace emulator::cli {
namespace {

using report::RunReport;
using runner::Scenario;

int exit_code(const std::vector<Ended>& all) {
  int code = kPassed;
  for (const Ended& ended : all) {
    if (ended.error) code = std::max(code, exit_code_of(*ended.error));
    if (ended.report && ended.report->verdict == "interrupted") return kInterrupted;
    if (ended.report && !ended.report->has_passed()) code = std::max<int>(code, kFailed);
  }
  return code;
}

bool write_file(const std::string& path, const std::string& text) {
  std::error_code ignored;
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, ignored);
  std::ofstream out(path, std::ios::binary);
  out << text;
  return static_cast<bool>(out);
}

/// The outcomes in the order of the files; `on_end` hears of each in that order, as soon as it can. After
/// Ctrl-C the rest is not run.
std::vector<Ended> run_all(const std::vector<Scenario>& scenarios, const runner::RunOptions& options,
                           std::int64_t jobs, const std::function<void(const Ended&)>& on_end) {
  std::vector<Ended> all(scenarios.size());
  std::vector<kernel::Action> work;
  bool is_stopped = false;  // only runs on the real clock set it, and those go one by one
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    work.emplace_back([&all, &scenarios, &options, &is_stopped, i] {
      if (is_stopped) return;
      all[i] = run_one(scenarios[i], options);
      if (all[i].report && all[i].report->verdict == "interrupted") is_stopped = true;
    });
  }
  live::run_parallel(static_cast<int>(jobs), std::move(work), [&](std::size_t i) { on_end(all[i]); });
  return all;
}

/// The faults of one scenario fire as they did in a run of it.
int replay(const std::string& run_file, std::vector<runner::Scenario>& scenarios) {
  if (scenarios.size() != 1) {
    std::cerr << "relayrig: --replay-faults wants one scenario: the one that was run\n";
    return kInvalid;
  }
  const auto replayed = runner::replay_faults(scenarios.front(), run_file);
  if (replayed) return kPassed;
  std::cerr << "relayrig: " << replayed.error().text() << '\n';
  return exit_code_of(replayed.error());
}

}  // namespace

int run(const Settings& settings, const RunArguments& arguments, const Terminal& terminal) {
  const auto clock = runner::parse_clock(settings.clock);
  const auto format = report::parse_format(settings.format);
  if (!clock || !format) {
    std::cerr << "relayrig: " << (clock ? format.error().text() : clock.error().text()) << '\n';
    return kInvalid;
  }
  if (clock->is_live && (settings.jobs > 1 || arguments.verify)) {
    std::cerr << "relayrig: --jobs and --verify go with the virtual clock only\n";
    return kInvalid;
  }
  Selection selection = select(arguments.paths, arguments.tags, arguments.overrides);
  if (selection.scenarios.empty() || selection.code != kPassed) return selection.report(std::cerr);
  if (!arguments.replay_faults.empty()) {
    if (const int code = replay(arguments.replay_faults, selection.scenarios); code != kPassed) return code;
  }

  runner::RunOptions options{.clock = *clock,
                             .seed = arguments.seed,
                             .runs_folder = settings.runs_folder,
                             .version = RELAYRIG_VERSION,
                             .verify = arguments.verify};
  options.ca_folder = (std::filesystem::path(settings.runs_folder) / "ca").string();
  const report::Look look{.colour = wants_colour(settings, terminal.stdout_is_terminal, terminal.no_color)};
  const bool is_pretty = *format == report::Format::Pretty;
  ProgressBar bar(terminal.stderr_is_terminal && !settings.quiet && settings.jobs == 1);
  options.on_progress = [&bar](const runner::Progress& progress) { bar.show(progress); };

  const std::vector<Ended> all =
      run_all(selection.scenarios, options, settings.jobs, [&](const Ended& ended) {
        bar.clear();
        if (ended.error) std::cerr << "relayrig: " << ended.error->text() << '\n';
        if (ended.report && is_pretty && !(settings.quiet && ended.report->has_passed())) {
          std::cout << report::summary_text(*ended.report, look) << std::flush;
        }
      });

  std::vector<RunReport> reports;
  for (const Ended& ended : all) {
    if (ended.report) reports.push_back(*ended.report);
  }
  if (!is_pretty) std::cout << report::write_report(*format, reports, look) << std::flush;
  if (is_pretty && all.size() > 1) {
    const auto passed = std::ranges::count_if(reports, &RunReport::has_passed);
    const auto not_run =
        std::ranges::count_if(all, [](const Ended& ended) { return !ended.report && !ended.error; });
    std::cout << passed << " passed, " << static_cast<std::ptrdiff_t>(all.size()) - passed - not_run
              << " failed";
    if (not_run > 0) std::cout << ", " << not_run << " not run";
    std::cout << std::endl;
  }
  if (!arguments.junit.empty() && !write_file(arguments.junit, report::junit_text(reports))) {
    std::cerr << "relayrig: cannot write " << arguments.junit << '\n';
    return kInfrastructure;
  }
  return exit_code(all);
}

}  // namespace emulator::cli
