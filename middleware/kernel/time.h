#pragma once
// Time as every part of the program sees it: integer nanoseconds, asked of a Scheduler, never of the system.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "middleware/kernel/result.h"

namespace kernel {

using Duration = std::chrono::nanoseconds;

/// The clock of one run. It has no now(): a Scheduler is asked instead.
struct RunClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<RunClock, duration>;
  static constexpr bool is_steady = true;
};

/// An instant of the run: nanoseconds since its start.
using Timestamp = RunClock::time_point;

/// A calendar instant (UTC). Only records and messages carry it; decisions are made on Timestamp.
using WallTime = std::chrono::sys_time<Duration>;

constexpr Timestamp at(Duration since_start) { return Timestamp{since_start}; }
constexpr std::int64_t nanoseconds(Timestamp when) { return when.time_since_epoch().count(); }

/// "250ms", "2m", "1h30m", "1.5s", "0s". Units: ns us ms s m h d, largest first, each at most once; no sign.
Result<Duration> parse_duration(std::string_view text);

/// The shortest exact form that parse_duration reads back: "1m2s", "250ms", "0s".
std::string duration_text(Duration duration);

/// For people: "1m02s", "20m03s", "412 ms", at most two units.
std::string duration_for_people(Duration duration);

/// "2026-01-05T09:00:00.123Z" (millis) and "2026-01-05T09:00:00Z" (seconds, truncated).
std::string iso_millis(WallTime time);
std::string iso_seconds(WallTime time);

/// Reads either form of the above, and a bare date; UTC only.
Result<WallTime> parse_wall_time(std::string_view text);

/// "Tue, 03 Mar 2026 10:15:30 GMT" (RFC 9110 5.6.7).
std::string http_date(WallTime time);

}  // namespace kernel
