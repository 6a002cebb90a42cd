#pragma once
// When an event source mapping invokes again with a batch that the function had no concurrency for.
//
// Source: facts/aws-delivery 4: again and again with growing waits, until the messages become visible to
// others. The steps are not published.
#include <optional>

#include "middleware/kernel/time.h"

namespace emulator::lambda {

struct ThrottleBackoff {
  kernel::Duration base = std::chrono::seconds{1};       ///< ASSUMPTION: doubling from here
  kernel::Duration wait_max = std::chrono::seconds{30};  ///< ASSUMPTION: up to here, without jitter

  /// After `throttles` (1, 2, ...) of a batch whose first message becomes visible at `until`: nothing when
  /// that comes before the next attempt, or with it.
  std::optional<kernel::Duration> wait_after(int throttles, kernel::Timestamp now,
                                             kernel::Timestamp until) const;
};

}  // namespace emulator::lambda
