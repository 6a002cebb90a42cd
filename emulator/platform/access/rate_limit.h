#pragma once
// So many calls a second, and no more.
//
// ASSUMPTION: a second's calls may come at once (a bucket that holds one second and fills evenly); AWS gives
// its quotas as calls a second and says nothing about bursts.
#include "middleware/kernel/time.h"

namespace emulator::access {

class RateLimit {
 public:
  /// More than 0.
  explicit RateLimit(double per_second);

  /// Whether a call may pass now; if so it counts. `now` never goes back.
  bool admit(kernel::Timestamp now);

 private:
  kernel::Duration interval_;  ///< in which one call's room comes back
  kernel::Duration depth_;     ///< what may be lacking before the call
  kernel::Timestamp full_at_{};
};

}  // namespace emulator::access
