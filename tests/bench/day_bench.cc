// The day of the largest stage: five million events in virtual time, with the hops of a share of them. Its
// memory is to follow the rate of its last hours; at an even rate it is to be level.
#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "emulator/runner/run.h"
#include "emulator/runner/scenario_file.h"
#include "middleware/kernel/check.h"
#include "middleware/live/stopwatch.h"
#include "tests/bench/bench.h"

namespace bench {

namespace runner = emulator::runner;

namespace {

runner::Scenario enterprise() {
  auto scenario = runner::read_scenario(RELAYRIG_SOURCE_DIR
                                        "/scenarios/stages/a_day_of_an_enterprise_loses_nothing.yaml");
  CHECK(scenario.has_value());
  return std::move(*scenario);
}

void measure(const std::string& name, const runner::Scenario& scenario, const std::string& goal) {
  struct Memory {
    std::int64_t resident = 0;  // the most of the hour
    std::int64_t in_use = 0;    // at its end
  };
  std::map<std::int64_t, Memory> hours;
  std::int64_t minute = 0;
  std::int64_t published = 0;
  const live::Stopwatch watch;
  const auto result = runner::run_scenario(
      scenario, {.runs_folder = (std::filesystem::temp_directory_path() / "relayrig_bench").string(),
                 .version = "bench",
                 .on_progress = [&](const runner::Progress& progress) {
                   const auto passed = progress.now.time_since_epoch();
                   Memory& memory = hours[passed / std::chrono::hours{1}];
                   memory.resident = std::max(memory.resident, resident_bytes());
                   // Counting what is in use takes a while.
                   const std::int64_t before = std::exchange(minute, passed / std::chrono::minutes{1});
                   if (before != minute) memory.in_use = bytes_in_use();
                   published = progress.published;
                 }});
  CHECK_THAT(result.has_value(), result ? "" : result.error().text());
  print_line(
      name + " of " + number(static_cast<double>(published)) + " events: verdict, minutes, GiB of run file",
      result->verdict + ", " + number(watch.elapsed_seconds() / 60, 1) + ", " +
          number(static_cast<double>(std::filesystem::file_size(result->path)) / (1 << 30), 1));
  const auto shown = [&hours](std::int64_t Memory::* member) {
    std::string text;
    for (const std::int64_t hour : {1, 3, 6, 9, 12, 15, 18, 21, 23})
      text += (text.empty() ? "" : ", ") + number(static_cast<double>(hours[hour].*member) / (1 << 20));
    return text;
  };
  print_line("MiB in memory in its hours 1, 3, 6, 9, 12, 15, 18, 21, 23", shown(&Memory::resident), goal);
  print_line("MiB in use at their ends", shown(&Memory::in_use), goal);
  std::filesystem::remove(result->path);
}

}  // namespace

void enterprise_day() { measure("a day", enterprise(), "falls again with the rate"); }

void even_day() {
  constexpr double kPerSecond = 58;
  runner::Scenario scenario = enterprise();
  const auto all_day = std::ranges::find_if(
      scenario.timeline, [](const runner::TimelineAction& line) { return line.publish.has_value(); });
  CHECK(all_day != scenario.timeline.end());
  runner::TimelineAction line = *all_day;
  line.at = kernel::Duration::zero();
  line.lasts = std::chrono::hours{24};
  line.publish->skip = 0;
  line.publish->per_second = kPerSecond;
  scenario.timeline = {std::move(line)};
  std::erase_if(scenario.expectations, [](const auto& expectation) {
    return !std::holds_alternative<emulator::judge::EveryEvent>(expectation.what);
  });
  measure("an even day", scenario, "level from the third hour on");
}

}  // namespace bench
