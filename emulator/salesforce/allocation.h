#pragma once
// How much of something is left in a rolling time.
//
// Source: facts/salesforce 2: publishes in any hour, deliveries in any 24 hours.
#include <cstdint>
#include <deque>

#include "middleware/kernel/time.h"

namespace emulator::salesforce {

/// Exact for 100,000 instants in a window. Of more, those that lie together are free again with the last of
/// them: never too early, and too late by less than a hundred thousandth of the window, of a day a second.
class RollingAllocation {
 public:
  RollingAllocation(kernel::Duration window, std::int64_t max) : window_(window), max_(max) {}

  /// Takes at most `wanted` at `now`, which never goes back: what is left, if less.
  std::int64_t take(kernel::Timestamp now, std::int64_t wanted);
  std::int64_t left(kernel::Timestamp now);
  std::int64_t max() const { return max_; }
  /// When something is free again; `now` if something is.
  kernel::Timestamp free_at(kernel::Timestamp now);

 private:
  void forget(kernel::Timestamp now);

  struct Burst {
    kernel::Timestamp time;
    std::int64_t count;
  };
  kernel::Duration window_;
  std::int64_t max_;
  std::deque<Burst> bursts_;        // in time order, one entry an instant or, if those are too many, several
  kernel::Timestamp last_began_{};  // the first instant of the last entry
  std::int64_t used_ = 0;
};

}  // namespace emulator::salesforce
