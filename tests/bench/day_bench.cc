// The day of the largest stage: five million events in virtual time, with the hops of a share of them.
#include <filesystem>
#include <map>

#include "emulator/runner/run.h"
#include "emulator/runner/scenario_file.h"
#include "middleware/kernel/check.h"
#include "middleware/live/stopwatch.h"
#include "tests/bench/bench.h"

namespace bench {

namespace runner = emulator::runner;

void enterprise_day() {
  const auto scenario = runner::read_scenario(RELAYRIG_SOURCE_DIR
                                              "/scenarios/stages/a_day_of_an_enterprise_loses_nothing.yaml");
  CHECK(scenario.has_value());
  std::map<std::int64_t, std::int64_t> bytes_at;  // the most in memory in each hour of the day
  std::int64_t published = 0;
  const live::Stopwatch watch;
  const auto result = runner::run_scenario(
      *scenario, {.runs_folder = (std::filesystem::temp_directory_path() / "relayrig_bench").string(),
                  .version = "bench",
                  .on_progress = [&](const runner::Progress& progress) {
                    std::int64_t& most = bytes_at[progress.now.time_since_epoch() / std::chrono::hours{1}];
                    most = std::max(most, resident_bytes());
                    published = progress.published;
                  }});
  CHECK_THAT(result.has_value(), result ? "" : result.error().text());
  print_line(
      "a day of " + number(static_cast<double>(published)) + " events: verdict, minutes, GiB of run file",
      result->verdict + ", " + number(watch.elapsed_seconds() / 60, 1) + ", " +
          number(static_cast<double>(std::filesystem::file_size(result->path)) / (1 << 30), 1));
  std::string memory;
  for (const std::int64_t hour : {1, 6, 9, 12, 15, 18, 21, 23}) {
    memory += (memory.empty() ? "" : ", ") + number(static_cast<double>(bytes_at[hour]) / (1 << 20));
  }
  print_line("MiB in memory in its hours 1, 6, 9, 12, 15, 18, 21, 23", memory, "flat behind the peak");
  std::filesystem::remove(result->path);
}

}  // namespace bench
