#pragma once
// What an alarm's points say: OK, ALARM or INSUFFICIENT_DATA.
//
// Source: facts/aws-platform 4.3; both tables of the service's documentation are tests.
#include <cstdint>
#include <span>
#include <string_view>

#include "emulator/platform/metrics/ports.h"

namespace emulator::metrics {

enum class Point : std::uint8_t { Missing, Ok, Breaching };

/// What stands in for points that are missing, once there are too few real ones.
enum class Missing : std::uint8_t { Missing, Ignore, Breaching, NotBreaching };
std::string_view to_text(Missing missing);  ///< "missing", "ignore", "breaching", "notBreaching"

/// M out of N.
struct Counts {
  std::size_t datapoints_to_alarm = 1;  ///< M
  std::size_t evaluation_periods = 1;   ///< N
};

/// How many points are fetched. The service says only that there are more than N.
/// ASSUMPTION: N + max(N / 3, 2), which gives the 5 of the documentation's example for N = 3.
std::size_t evaluation_range(std::size_t evaluation_periods);

struct Evaluation {
  State state = State::InsufficientData;
  /// So many real points, the newest, were looked at, and so many missing ones were filled in.
  std::size_t real = 0;
  std::size_t filled = 0;
  bool is_kept = false;  ///< nothing was decided: the current state stands
  friend bool operator==(const Evaluation&, const Evaluation&) = default;
};

/// `points` are the evaluation range, the oldest first.
Evaluation evaluate(std::span<const Point> points, Counts counts, Missing missing, State current);

}  // namespace emulator::metrics
