#pragma once
// The results that a breaker judges: the last so many, or those of the last so much time.
//
// Source: facts/resilience 2, rule 9. A long idle time empties a time window, whatever its ring still holds.
#include <cstdint>
#include <variant>
#include <vector>

#include "middleware/core/breaker_rules.h"

namespace core {

/// Counts of results. In a time window starts and failures may be added separately.
struct ResultCounts {
  std::int64_t calls = 0;
  std::int64_t failed = 0;
  std::int64_t slow = 0;
};

class ResultWindow {
 public:
  explicit ResultWindow(TimeWindow window);
  explicit ResultWindow(CountWindow window) : rules_(window) {}

  /// A count window takes whole results: `counts.calls` is 1.
  void add(const ResultCounts& counts, kernel::Timestamp now);
  ResultCounts totals(kernel::Timestamp now) const;
  void clear();

 private:
  struct Bucket {
    std::int64_t number =
        -1;  ///< its place on the clock, or its start if buckets start at results; -1: unused
    ResultCounts counts;
  };
  Bucket& current_bucket(const TimeWindow& window, kernel::Timestamp now);
  void add_last(const ResultCounts& counts, const CountWindow& window);

  std::variant<TimeWindow, CountWindow> rules_;
  std::vector<Bucket> buckets_;  // time window: a ring
  std::size_t newest_bucket_ = 0;
  std::vector<std::uint8_t> results_;  // count window: a ring of 1 = failed, 2 = slow, 3 = both
  std::size_t next_result_ = 0;
  ResultCounts counted_;  // count window: running totals
};

}  // namespace core
