#pragma once
// How much came in a run, how long it took and how much was under way at once. None of it looks at hops, so
// it holds for a run that recorded a share of them.
#include <cstdint>

#include "emulator/hoplog/run_file.h"

namespace emulator::hoplog {

/// Times in nanoseconds of the run.
struct LoadFigures {
  std::int64_t events = 0;         ///< published, those that were refused too
  std::int64_t most_a_minute = 0;  ///< in a minute that begins with a whole one of the run
  std::int64_t p50_ns = 0;         ///< from publishing to the end, of delivered events; 0: none was
  std::int64_t p99_ns = 0;         ///< by rank: with 100 of them the 99th
  /// Under way at once: published, not refused, not over. Who is published at the instant at which another
  /// ends waits beside it.
  std::int64_t backlog_max = 0;
  std::int64_t backlog_at_ns = 0;  ///< when that was first so
};

/// Reads the events twice, and holds 32 bytes for each: SQLite would sort them several times, on the disk.
kernel::Result<LoadFigures> load_figures(const RunFile& file);

}  // namespace emulator::hoplog
