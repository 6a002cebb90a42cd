#include "emulator/platform/logs/insights.h"

#include <algorithm>

#include "emulator/platform/logs/insights_commands.h"

namespace emulator::logs {
namespace {

struct Known {
  const char* name;
  ReadCommand (*read)(Scanner&);
};

constexpr Known kCommands[] = {{"fields", read_fields}, {"display", read_display}, {"filter", read_filter},
                               {"sort", read_sort},     {"limit", read_limit},     {"dedup", read_dedup},
                               {"parse", read_parse},   {"stats", read_stats}};

/// Lines that begin with '#' become spaces: places stay what they are.
std::string without_comments(std::string_view text) {
  std::string result(text);
  bool is_comment = false;
  bool is_begin = true;
  for (char& c : result) {
    if (c == '\n') {
      is_comment = false;
      is_begin = true;
      continue;
    }
    if (is_begin && c == '#') is_comment = true;
    if (c != ' ' && c != '\t') is_begin = false;
    if (is_comment) c = ' ';
  }
  return result;
}

/// "... at character 31" as line and position.
std::string placed(std::string_view problem, std::string_view text, std::size_t place) {
  const std::string_view before = text.substr(0, place);
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t begin = before.rfind('\n');
  const std::size_t position = begin == std::string_view::npos ? place + 1 : place - begin;
  const std::size_t tail = problem.rfind(" at character ");
  return std::string(problem.substr(0, tail)) + " at line " + std::to_string(line) + " and position " +
         std::to_string(position);
}

ReadCommand read_command(Scanner& in) {
  for (const Known& known : kCommands) {
    if (in.accept_word(known.name)) return known.read(in);
  }
  in.skip_spaces();
  std::string_view name = in.rest();
  name = name.substr(0, name.find_first_of(" \t\r\n|("));
  if (name.empty()) return in.failed("a command is missing");
  return in.failed("the command '" + std::string(name) + "' is not emulated");
}

}  // namespace

kernel::Result<Insights> Insights::parse(std::string_view text) {
  const std::string clean = without_comments(text);
  Scanner in(clean);
  Insights query;
  do {
    auto command = read_command(in);
    if (!command) return kernel::invalid(placed(command.error().message, clean, in.place()));
    query.commands_.push_back(std::move(*command));
  } while (in.accept("|") && !in.at_end());
  if (!in.at_end()) {
    const std::string problem = "unexpected symbol found '" + std::string(in.rest().substr(0, 1)) + "'";
    return kernel::invalid(placed(problem, clean, in.place()));
  }
  return query;
}

QueryResult Insights::run(const std::vector<std::shared_ptr<InsightsRecord>>& records,
                          std::int64_t limit) const {
  InsightsTable table{.matched = std::ssize(records)};
  QueryResult result{.status = QueryStatus::Complete};
  for (const auto& record : records) {
    table.rows.emplace_back(record);
    result.statistics.bytes += static_cast<std::int64_t>(record->event().message.size());
  }
  result.statistics.scanned = std::ssize(records);
  for (const auto& command : commands_) command->apply(table);
  result.statistics.matched = table.matched;
  if (table.shown.empty()) table.shown = {"@timestamp", "@message"};
  for (const InsightsRow& row : table.rows) {
    if (std::ssize(result.rows) == limit) break;
    QueryRow shown;
    for (const std::string& name : table.shown) {
      if (auto value = row.field(name)) shown.emplace_back(name, std::move(*value));
    }
    if (row.record() != nullptr) shown.emplace_back("@ptr", row.record()->pointer());
    result.rows.push_back(std::move(shown));
  }
  return result;
}

}  // namespace emulator::logs
