#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "emulator/cli/commands.h"
#include "emulator/cli/one_run.h"
#include "emulator/cli/ready_file.h"
#include "emulator/cli/selection.h"
#include "emulator/report/summary.h"
#include "emulator/runner/edge_services.h"

namespace emulator::cli {
namespace {

using runner::Scenario;

/// The scenario that is named, or a rig in which nothing is given: clients make what they need.
Selection chosen(const UpArguments& arguments) {
  if (!arguments.path.empty()) return select({arguments.path}, {}, arguments.overrides);
  Selection selection;
  if (arguments.overrides.empty()) {
    selection.scenarios.push_back(runner::empty_scenario());
  } else {
    selection.problems = "relayrig: --set changes a scenario: name its file\n";
    selection.code = kInvalid;
  }
  return selection;
}

}  // namespace

int up(const Settings& settings, const UpArguments& arguments, const Terminal& terminal) {
  Settings live = settings;
  if (live.clock == "virtual") live.clock = "real";
  const auto clock = runner::parse_clock(live.clock);
  if (!clock) {
    std::cerr << "relayrig: " << clock.error().text() << '\n';
    return kInvalid;
  }
  const Selection selection = chosen(arguments);
  if (selection.scenarios.size() != 1 || selection.code != kPassed) {
    if (selection.code == kPassed) std::cerr << "relayrig: up wants one scenario file\n";
    return selection.code == kPassed ? static_cast<int>(kInvalid) : selection.report(std::cerr);
  }
  const Scenario& scenario = selection.scenarios.front();
  runner::RunOptions options{
      .clock = *clock, .runs_folder = live.runs_folder, .version = RELAYRIG_VERSION, .until_stopped = true};
  options.ca_folder = (std::filesystem::path(live.runs_folder) / "ca").string();
  options.edge_port = static_cast<int>(live.port);
  options.salesforce_port = static_cast<int>(salesforce_port_of(live));
  std::cerr << scenario.name << ", run file " << runner::run_file_path(scenario, options)
            << ", Ctrl-C ends it\n";

  ReadyFile ready{.pid = getpid(), .run_file = runner::run_file_path(scenario, options)};
  const ReadyFileGuard guard(arguments.ready_file);
  options.on_served = [&ready](const std::string& host, const std::string& url) {
    if (host == runner::kEdgeHost) ready.url = url;
    if (host == runner::kSalesforceName) ready.salesforce_url = url;
    ready.hosts.emplace_back(host, url);
    std::cerr << "  " << host << "  " << url << '\n';
  };
  options.on_ready = [&]() -> kernel::Result<> {
    if (arguments.ready_file.empty()) return {};
    return write_ready_file(arguments.ready_file, ready);
  };
  const Ended ended = run_one(scenario, options);
  if (ended.error) {
    std::cerr << "relayrig: " << ended.error->text() << '\n';
    return exit_code_of(*ended.error);
  }
  std::cout << report::summary_text(
      *ended.report, {.colour = wants_colour(live, terminal.stdout_is_terminal, terminal.no_color)});
  const bool is_fine = ended.report->has_passed() || ended.report->verdict == "interrupted";
  return is_fine ? kPassed : kFailed;
}

}  // namespace emulator::cli
