#pragma once
// What a circuit breaker is told. The defaults are our rules (facts/resilience 1, line 7, and 2, rules 1 to
// 11); BreakerVariant holds the points in which known libraries decide otherwise, so that a breaker that is
// being replaced can be imitated and recorded ones can be replayed (facts/resilience 2, rule 12).
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "middleware/kernel/time.h"

namespace core {

/// The last `size` results.
struct CountWindow {
  std::int64_t size = 100;
};

/// Results of the current bucket and the ones before it that fit in `length`; buckets start at whole
/// multiples of `bucket` on the run's clock, moved by `offset` (so that they can stand on whole seconds of
/// the calendar).
struct TimeWindow {
  kernel::Duration length = std::chrono::seconds{30};
  kernel::Duration bucket = std::chrono::seconds{1};
  kernel::Duration offset{};
  /// Instead, a bucket starts at the first result after the one before it is over and replaces the oldest;
  /// idle time then empties nothing. Only to compare with libraries that do so.
  bool starts_at_results = false;
};

/// Opens at so many failures in a row instead of at a rate.
struct ConsecutiveFailures {
  std::int64_t failures = 5;
};

/// A result whose call was admitted before the last change of state.
enum class LateResults : std::uint8_t {
  Drop,            ///< decides nothing
  CurrentState,    ///< counts as if admitted now; while open it changes nothing
  AdmissionState,  ///< of a closed time: into the window, and may open; of a probe: decides while half-open
};

enum class WindowOnClose : std::uint8_t { Clear, ClearButKeepProbe, Keep };

enum class HalfOpenDecision : std::uint8_t {
  Rate,         ///< when min(calls_min, probes) results are in
  FirstResult,  ///< any single result
  FullRound,    ///< when as many results are recorded as there are probes
};

enum class IgnoredResult : std::uint8_t {
  GiveBack,  ///< not recorded; a probe's slot is free again
  Success,   ///< recorded as success
  Closes,    ///< not recorded, but of a probe it closes the breaker; the window is kept
};

struct BreakerVariant {
  bool trips_above_only = false;     ///< at a rate above the threshold, not at the threshold
  bool opens_up_after_only = false;  ///< half-open after the open time, not at its end
  bool half_open_by_timer = false;   ///< by itself at the end of the open time, not at the next call
  bool only_bad_results_trip = false;
  bool counts_starts =
      false;  ///< rates are over calls started or rejected, not over results; time window only
  LateResults late_results = LateResults::Drop;
  WindowOnClose window_on_close = WindowOnClose::Clear;
  bool excess_waits =
      false;  ///< a call beyond the probes waits for the next change of state: see must_wait()
  HalfOpenDecision half_open_decision = HalfOpenDecision::Rate;
  IgnoredResult ignored_result = IgnoredResult::GiveBack;
  bool failures_are_never_slow = false;
  bool late_probe_closes_open =
      false;                   ///< a probe that completes its round after a reopening may still close
  kernel::Duration warm_up{};  ///< no trip before this time of the run's clock
};

struct BreakerRules {
  std::variant<TimeWindow, CountWindow, ConsecutiveFailures> trip{};
  std::int64_t calls_min = 10;  ///< no decision with fewer results in the window
  std::optional<std::int64_t> failed_percent = 50;
  std::optional<std::int64_t> slow_percent = 80;
  kernel::Duration slow_above = std::chrono::seconds{4};  ///< slow means strictly longer
  /// Open time of the 1st, 2nd, ... opening in a row; the last repeats; back to the first after closing.
  std::vector<kernel::Duration> open_for = {std::chrono::seconds{5}, std::chrono::seconds{10},
                                            std::chrono::seconds{20}, std::chrono::seconds{40},
                                            std::chrono::seconds{60}};
  std::int64_t probes = 3;  ///< calls permitted in half-open
  kernel::Duration half_open_max =
      std::chrono::seconds{6};        ///< undecided after this: open again; 0 = wait for ever
  bool half_open_max_closes = false;  ///< ... or closed
  BreakerVariant variant{};
};

}  // namespace core
