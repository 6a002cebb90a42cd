#pragma once
// One figure after the other, all in one process and one run, so that they can be compared.
#include <cstdint>
#include <functional>
#include <string>

#include "emulator/runner/scenario.h"

namespace bench {

/// The happy path with three API steps; `count` events at `per_second`, nothing in the way.
emulator::runner::Scenario happy_path(std::int64_t count, double per_second);

struct Simulated {
  double seconds = 0;         ///< until the file is sealed
  double judged_seconds = 0;  ///< until it is judged and closed
  std::int64_t events = 0;
  std::int64_t rows = 0;
  std::string path{};
};

void print_line(const std::string& name, const std::string& value, const std::string& goal = {});
std::string number(double value, int decimals = 0);

/// Bytes of a process in memory now; without a number, of this one.
std::int64_t resident_bytes(std::int64_t pid = 0);

/// Bytes that this thread has asked for and not given back: memory without what the heap keeps for later.
std::int64_t bytes_in_use();

void timers();
void patterns();
void simulated();
void live_chain();
void edge_load(const std::string& relayrig);
void start_up(const std::string& relayrig);
void memory_in_flight();
void enterprise_day();
/// As many events at one rate: on request only.
void even_day();

}  // namespace bench
