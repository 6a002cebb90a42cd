// The commands that only read: validate, list, show, query, schema.
#include <iostream>
#include <nlohmann/json.hpp>

#include "emulator/cli/commands.h"
#include "emulator/cli/proxy_file.h"
#include "emulator/cli/selection.h"
#include "emulator/report/details.h"
#include "emulator/report/table.h"
#include "middleware/config/middleware_file.h"

namespace emulator::cli {
namespace {}  // namespace

int validate(const std::vector<std::string>& paths) {
  const Selection selection = select(paths, {}, {});
  if (selection.code != kPassed || selection.scenarios.empty()) return selection.report(std::cerr);
  std::cout << selection.scenarios.size()
            << (selection.scenarios.size() == 1 ? " scenario is" : " scenarios are") << " valid\n";
  return kPassed;
}

int list(const Settings& settings, const std::vector<std::string>& paths,
         const std::vector<std::string>& tags) {
  const Selection selection = select(paths, tags, {});
  if (selection.code != kPassed || selection.scenarios.empty()) return selection.report(std::cerr);
  const bool as_json = settings.format == "json";
  kernel::Json all = kernel::Json::array();
  for (const runner::Scenario& scenario : selection.scenarios) {
    if (as_json) {
      all.push_back({{"name", scenario.name},
                     {"file", scenario.file},
                     {"why", scenario.why},
                     {"tags", scenario.tags},
                     {"seed", scenario.seed}});
      continue;
    }
    std::cout << scenario.name;
    for (const std::string& tag : scenario.tags) std::cout << " #" << tag;
    std::cout << "\n  " << scenario.file << '\n';
    if (!scenario.why.empty()) std::cout << "  " << scenario.why << '\n';
  }
  if (as_json) std::cout << all.dump(2) << '\n';
  return kPassed;
}

int show(const Settings& settings, const std::string& run_file, const std::string& event,
         const Terminal& terminal) {
  const auto file = hoplog::RunFile::open(run_file);
  if (!file) return complain(file.error());
  const report::Look look{.colour = wants_colour(settings, terminal.stdout_is_terminal, terminal.no_color)};
  const auto text =
      event.empty() ? report::run_details(**file, look) : report::event_details(**file, event, look);
  if (!text) return complain(text.error());
  std::cout << *text;
  return kPassed;
}

int query(const std::string& run_file, const std::string& sql, const std::string& format) {
  const auto file = hoplog::RunFile::open(run_file);
  if (!file) return complain(file.error());
  const auto chosen = report::parse_table_format(format);
  if (!chosen) return complain(chosen.error());
  const auto table = (*file)->query(sql);
  if (!table) return complain(table.error());
  std::cout << report::table_text(*table, *chosen);
  return kPassed;
}

int schema(const std::string& what) {
  kernel::Json document;
  if (what == "middleware") {
    document = config::schema_document(
        *config::middleware_shape(), "https://relayrig.dev/schema/middleware-1.json", "relayrig middleware");
  } else if (what == "proxy") {
    document = config::schema_document(*proxy_file_shape(), "https://relayrig.dev/schema/proxy-1.json",
                                       "relayrig proxy --config");
  } else {
    document = runner::scenario_schema();
  }
  std::cout << document.dump(2) << '\n';
  return kPassed;
}

}  // namespace emulator::cli
