#pragma once
// Laws by which a rate is limited: when a call may start, and what it takes.
//
// Source: facts/resilience 4. Ours is the token bucket, in whole token-nanoseconds, full at the start; the
// others are there because a vendor that counts in windows is best followed by counting as it does. All are
// first in, first out: a start that was taken may lie in the future, and no later one comes before it.
#include <cstdint>
#include <deque>
#include <optional>

#include "middleware/kernel/time.h"

namespace core {

/// Every law answers to the same five calls:
/// - earliest(now, cost): when a call of that cost could start; nothing: never, it costs more than the law
/// holds.
/// - take(now, start, cost): it starts then, not before what earliest(now, cost) says.
/// - refuse(now, cost): it was turned away.
/// - give_back(start, cost): who took that start did not use it; lost where later starts count on it.
/// - restart(when): nothing starts before, and then the law begins anew; a bucket empty.

struct TokenBucketRules {
  std::int64_t tokens = 1;  ///< come in `per`, evenly
  kernel::Duration per = std::chrono::seconds{1};
  std::int64_t capacity = 1;              ///< capacity * per fits into 63 bits of nanoseconds
  std::optional<std::int64_t> initial{};  ///< nothing: full
  kernel::Duration unit{1};               ///< waits are rounded up to whole ones
};

class TokenBucket {
 public:
  explicit TokenBucket(TokenBucketRules rules);
  std::optional<kernel::Timestamp> earliest(kernel::Timestamp now, std::int64_t cost) const;
  void take(kernel::Timestamp now, kernel::Timestamp start, std::int64_t cost);
  void refuse(kernel::Timestamp, std::int64_t) {}
  void give_back(kernel::Timestamp start, std::int64_t cost);
  void restart(kernel::Timestamp when);
  double tokens(kernel::Timestamp now) const;

 private:
  std::int64_t level_at(kernel::Timestamp when) const;

  TokenBucketRules rules_;
  std::int64_t level_;      ///< tokens * per
  kernel::Timestamp at_{};  ///< when the level was that; in the future where starts were taken ahead
};

/// At most `limit` in a window that begins with the first call after the one before it is over.
struct FixedWindowRules {
  std::int64_t limit = 1;
  kernel::Duration window = std::chrono::seconds{1};
  bool counts_refused = false;  ///< a refused call uses the window up as well
  kernel::Duration
      block{};  ///< the first refusal of a window makes it end so long after that; 0: it does not
};

class FixedWindow {
 public:
  explicit FixedWindow(FixedWindowRules rules) : rules_(rules) {}
  std::optional<kernel::Timestamp> earliest(kernel::Timestamp now, std::int64_t cost) const;
  void take(kernel::Timestamp now, kernel::Timestamp start, std::int64_t cost);
  void refuse(kernel::Timestamp now, std::int64_t cost);
  void give_back(kernel::Timestamp start, std::int64_t cost);
  void restart(kernel::Timestamp when);
  std::int64_t remaining(kernel::Timestamp now) const;
  kernel::Timestamp end() const { return end_; }

 private:
  void begin(kernel::Timestamp when);
  bool is_over(kernel::Timestamp now) const { return now >= end_; }

  FixedWindowRules rules_;
  kernel::Timestamp start_{};
  kernel::Timestamp end_{};  ///< at it the window is over
  std::int64_t used_ = 0;
};

/// At most `limit` in any window of that length: a start counts until it is older than the window.
struct SlidingLogRules {
  std::int64_t limit = 1;
  kernel::Duration window = std::chrono::seconds{1};
};

class SlidingLog {
 public:
  explicit SlidingLog(SlidingLogRules rules) : rules_(rules) {}
  std::optional<kernel::Timestamp> earliest(kernel::Timestamp now, std::int64_t cost) const;
  void take(kernel::Timestamp now, kernel::Timestamp start, std::int64_t cost);
  void refuse(kernel::Timestamp, std::int64_t) {}
  void give_back(kernel::Timestamp start, std::int64_t cost);
  void restart(kernel::Timestamp when);

 private:
  SlidingLogRules rules_;
  std::deque<kernel::Timestamp> starts_;  ///< in order; not older than the window
  kernel::Timestamp not_before_{};
};

/// `limit` permits in each cycle from the start of the run on; unused ones expire, later ones may be taken
/// ahead.
struct CycleRules {
  std::int64_t limit = 1;
  kernel::Duration cycle = std::chrono::seconds{1};
  std::optional<std::int64_t> initial{};  ///< of the first cycle, if not `limit`
};

class Cycles {
 public:
  explicit Cycles(CycleRules rules) : rules_(rules), permits_(rules.initial.value_or(rules.limit)) {}
  std::optional<kernel::Timestamp> earliest(kernel::Timestamp now, std::int64_t cost) const;
  void take(kernel::Timestamp now, kernel::Timestamp start, std::int64_t cost);
  void refuse(kernel::Timestamp, std::int64_t) {}
  void give_back(kernel::Timestamp start, std::int64_t cost);
  void restart(kernel::Timestamp when);

 private:
  std::int64_t permits_in(std::int64_t cycle) const;
  std::int64_t cycle_of(kernel::Timestamp when) const { return when.time_since_epoch() / rules_.cycle; }

  CycleRules rules_;
  std::int64_t cycle_ = 0;
  std::int64_t permits_;  ///< left in `cycle_`; below 0: taken ahead
  kernel::Timestamp not_before_{};
};

}  // namespace core
