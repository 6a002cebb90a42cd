// `make bench`: what things cost on this machine, and what the goals are.
#include <mimalloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <vector>

#include "middleware/live/stopwatch.h"
#include "tests/bench/bench.h"

namespace bench {

std::string number(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  std::string result = text;
  const std::size_t point = std::min(result.find('.'), result.size());
  for (std::size_t i = point; i > 3; i -= 3) result.insert(i - 3, ",");
  return result;
}

void print_line(const std::string& name, const std::string& value, const std::string& goal) {
  std::printf("  %-92s %s%s%s\n", name.c_str(), value.c_str(), goal.empty() ? "" : "   goal ", goal.c_str());
  std::fflush(stdout);
}

std::int64_t resident_bytes(std::int64_t pid) {
  std::ifstream statm("/proc/" + (pid == 0 ? "self" : std::to_string(pid)) + "/statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  statm >> size >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

std::int64_t bytes_in_use() {
  std::int64_t bytes = 0;
  const auto count = [](const mi_heap_t*, const mi_heap_area_t* area, void*, std::size_t, void* sum) {
    *static_cast<std::int64_t*>(sum) += static_cast<std::int64_t>(area->used * area->block_size);
    return true;
  };
  mi_heap_visit_blocks(mi_heap_get_default(), false, count, &bytes);
  return bytes;
}

void start_up(const std::string& relayrig) {
  const auto folder = std::filesystem::temp_directory_path() / "relayrig_bench";
  std::filesystem::create_directories(folder);
  const std::string scenario = (folder / "empty.yaml").string();
  std::ofstream(scenario) << "name: empty\nuse: " RELAYRIG_SOURCE_DIR
                             "/scenarios/stacks/orders.yaml\ngiven: {}\ntimeline: []\n";
  std::vector<double> times;
  for (int i = 0; i < 21; ++i) {
    const live::Stopwatch watch;
    const pid_t child = fork();
    if (child == 0) {
      if (std::freopen("/dev/null", "w", stdout) == nullptr) _exit(127);
      execl(relayrig.c_str(), "relayrig", "run", scenario.c_str(), "--runs", folder.c_str(),
            static_cast<char*>(nullptr));
      _exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    times.push_back(watch.elapsed_seconds() * 1000);
    if (status != 0) std::printf("  the empty scenario did not pass\n");
  }
  std::ranges::sort(times);
  print_line("ms from start to end of `relayrig run` on an empty scenario, median of 21",
             number(times[10], 1), "< 50");
}

}  // namespace bench

int main(int argc, char** argv) {
  // Without arguments all; else the parts that are named.
  const std::vector<std::string> wanted(argv + 1, argv + argc);
  const auto wants = [&wanted](const char* part) {
    return wanted.empty() || std::ranges::find(wanted, part) != wanted.end();
  };
  if (wants("memory")) bench::memory_in_flight();  // first: an unused heap tells the truth
  if (wants("timers")) bench::timers();
  if (wants("patterns")) bench::patterns();
  if (wants("simulated")) bench::simulated();
  if (wants("live")) bench::live_chain();
  if (wants("edge")) bench::edge_load(RELAYRIG_BINARY_DIR "/relayrig");
  if (wants("day")) bench::enterprise_day();
  if (!wanted.empty() && wants("even")) bench::even_day();
  if (wants("start")) bench::start_up(RELAYRIG_BINARY_DIR "/relayrig");
  return 0;
}
