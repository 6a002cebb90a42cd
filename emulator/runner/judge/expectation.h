#pragma once
// What a scenario expects of its run, and which invariants it adjusts. Plain values: judge.h asks the run
// file about them.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "middleware/kernel/time.h"

namespace emulator::judge {

/// at_most, at_least, equals: at least one is set where a number is expected.
struct Bounds {
  std::optional<std::int64_t> at_most{};
  std::optional<std::int64_t> at_least{};
  std::optional<std::int64_t> equals{};

  bool holds(std::int64_t found) const;
  std::string text() const;  ///< "at most 40"
};

/// From the run's start; half-open.
struct Window {
  kernel::Duration from{};
  std::optional<kernel::Duration> until{};
};

/// `every: event, ends: delivered, within: 20m`
struct EveryEvent {
  std::string kind;  ///< API name, or "event" for all
  std::string ends;
  std::optional<kernel::Duration> within{};  ///< from publishing to the end
  Window published{};                        ///< only events published in it
};

/// `ends: dead_lettered, equals: 1`
struct EndCount {
  std::string end;
  Bounds bounds{};
};

/// `hops: {api: payments, between: [1m15s, 3m]}, at_most: 40`
struct HopCount {
  std::vector<std::pair<std::string, std::string>> equal{};  ///< column of `hops` and value
  Window between{};                                          ///< start of the hop
  Bounds bounds{};
};

/// `breaker: payments, opens_within: 15s, of: 1m`
struct BreakerChange {
  std::string breaker;
  std::string to;  ///< "open", "closed"
  kernel::Duration of{};
  kernel::Duration within{};
};

/// `breaker: payments, opens: 0`
struct BreakerOpenings {
  std::string breaker;
  Bounds bounds{};
};

/// `queue: orders-dlq, equals: 1`: messages that were put into it
struct QueueDepth {
  std::string queue;
  Bounds bounds{};
};

/// `sql: "SELECT ...", equals: 0`: first column of the first row
struct SqlNumber {
  std::string sql;
  Bounds bounds{};
};

/// `alarm: many-errors, goes: ALARM, at: 7m`: it changed to the state in the window so often. Without bounds
/// once or more.
struct AlarmChange {
  std::string alarm;
  std::string to;   ///< "OK", "ALARM", "INSUFFICIENT_DATA"
  Window window{};  ///< of `at` the one instant
  Bounds bounds{};
};

struct Expectation {
  std::string place;  ///< file:line:column
  std::string name;   ///< as written, shortened
  std::variant<EveryEvent, EndCount, HopCount, BreakerChange, BreakerOpenings, QueueDepth, SqlNumber,
               AlarmChange>
      what;
};

/// Invariants hold in every run without being asked; a scenario may switch one off, with its reason, or tune
/// it.
struct InvariantSettings {
  std::vector<std::pair<std::string, std::string>> off{};  ///< name and reason
  std::optional<kernel::Duration> recovers_within{};       ///< asks for `recovers`
  std::optional<std::int64_t> calls_max{};  ///< of `attempts_bounded`: calls that one event may cause in all
};

inline constexpr std::string_view kInvariants[] = {
    "nothing_lost",      "effect_once",     "attempts_bounded", "breaker_honoured",
    "deadline_honoured", "no_secret_leaks", "recovers"};

}  // namespace emulator::judge
