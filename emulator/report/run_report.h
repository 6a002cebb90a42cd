#pragma once
// What all reports say about one run, read from its run file once.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "emulator/hoplog/run_file.h"

namespace emulator::report {

/// Calls that went out over one boundary; those refused by an open breaker were not sent and do not count.
struct Layer {
  std::string name;  ///< the stage, or for calls to external APIs the API
  std::int64_t calls = 0;
};

struct Check {
  std::string kind;  ///< "expectation", "invariant"
  std::string name;
  std::string verdict;  ///< "passed", "failed", "error", "off"
  std::string expected;
  std::string found;
  std::string example_event;  ///< EventUuid or ""
  std::int64_t example_hop = 0;
  std::string place;  ///< "file:line"; the scenario's file when the check has no line of its own

  bool is_broken() const { return verdict == "failed" || verdict == "error"; }
};

struct BreakerChange {
  std::string breaker;
  std::string owner;
  std::string from;
  std::string to;
  std::int64_t at_ns = 0;
};

struct HopLine {
  std::int64_t id = 0;
  std::int64_t start_ns = 0;
  std::string stage, target, operation, outcome, error;
  std::int64_t attempt = 1;
  std::int64_t status = 0;
};

struct ActiveFault {
  std::string rule;
  std::int64_t fired = 0;
};

/// Where a broken check can be seen.
struct Scene {
  std::optional<HopLine> bad_hop;
  std::vector<HopLine> before;      ///< the last hops of the same event, oldest first, at most three
  std::vector<ActiveFault> faults;  ///< rules whose first and last firing lie around the bad hop
};

struct RunReport {
  std::string path;  ///< of the run file
  std::string scenario, file, clock, verdict, digest, version, wall_start, arguments;
  std::uint64_t seed = 0;
  std::int64_t virtual_ns = 0;
  std::int64_t real_ms = 0;

  std::int64_t published = 0;
  std::vector<std::pair<std::string, std::int64_t>>
      ends;                      ///< every word of kernel::End, with its number of events
  std::int64_t ended_again = 0;  ///< events that ended more than once
  double hops_share = 1;         ///< of the events whose hops are recorded
  std::vector<Layer> layers;
  double calls_per_event = 0;  ///< calls to functions, the middleware and external APIs that one event caused
  std::int64_t calls_per_event_max = 0;
  std::vector<BreakerChange> breakers;
  std::vector<Check> checks;
  Scene scene;  ///< of the first broken check

  bool has_passed() const { return verdict == "passed"; }
  std::int64_t ended(std::string_view end) const;
  const Check* first_broken() const;
};

kernel::Result<RunReport> read_run(const hoplog::RunFile& file);

}  // namespace emulator::report
