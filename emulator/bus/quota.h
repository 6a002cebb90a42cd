#pragma once
// So many calls a second, and not one more: what Amazon calls a throttle limit.
#include <cstdint>
#include <optional>

#include "middleware/kernel/time.h"

namespace emulator::bus {

/// A bucket that holds one second's worth of calls and starts full. Whole nanoseconds: it decides alike
/// everywhere.
class Quota {
 public:
  /// Above zero and at most a billion; nothing: no limit.
  explicit Quota(std::optional<double> per_second);

  /// Whether a call may be made now; if so, it counts.
  bool take(kernel::Timestamp now);

 private:
  kernel::Duration interval_{};    // between calls that come evenly; zero: no limit
  kernel::Timestamp next_even_{};  // when the bucket will be full again
};

}  // namespace emulator::bus
