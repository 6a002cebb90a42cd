#pragma once
// A scenario with some of its settings varied, over several seeds: which points there are, what a run file
// says of one, and the table of all of them.
#include <cstdint>
#include <string>
#include <vector>

#include "emulator/hoplog/run_file.h"

namespace emulator::campaign {

/// One setting and the values that it takes in turn.
struct Axis {
  std::string key;  ///< "given.compute.max", as in --set
  std::vector<std::string> values;
};

/// "given.compute.max=1,3,10": values end at a comma outside brackets, braces and quotes. Invalid without a
/// key or with an empty value.
kernel::Result<Axis> parse_axis(const std::string& text);

/// One value of each axis, in their order.
using Point = std::vector<std::string>;

/// Every combination; the last axis changes first.
std::vector<Point> points_of(const std::vector<Axis>& axes);

/// What one run came to.
struct Figures {
  std::string verdict{};
  std::int64_t published = 0;
  std::int64_t delivered = 0;
  std::int64_t dead_lettered = 0;
  std::int64_t lost = 0;
  std::int64_t p50_ns = 0;       ///< from publishing to the end, of delivered events
  std::int64_t p99_ns = 0;       ///< the same
  std::int64_t backlog_max = 0;  ///< events under way at once
  std::int64_t calls = 0;        ///< to functions, the middleware and external APIs
  std::int64_t throttled = 0;    ///< of them refused as too many
  std::int64_t breaker_openings = 0;
};
kernel::Result<Figures> figures_of(const hoplog::RunFile& file);

/// A row a point: its values, how many of its runs passed, sums of its counts over the seeds, and the worst
/// of its times and backlogs. Times are seconds.
hoplog::Table sweep_table(const std::vector<Axis>& axes, const std::vector<Point>& points,
                          const std::vector<std::vector<Figures>>& of_points);

}  // namespace emulator::campaign
