#pragma once
// When a fault fires, beyond window and counts: flapping, ramps, bursts, an explicit list.
// Facts: mocks-and-faults 12. Plain decisions.
#include <cstdint>
#include <string>
#include <vector>

#include "middleware/kernel/time.h"

namespace mocks {

/// Down first, then up, and again, from the rule's start plus `offset`.
struct Flap {
  kernel::Duration down{};
  kernel::Duration up{};
  kernel::Duration offset{};

  bool is_down(kernel::Duration since_start) const;
};

/// A share that moves from one value to another, and stays there: a brown-out.
struct Ramp {
  double from = 0;
  double to = 1;
  kernel::Duration over{};
  bool is_exponential = false;  ///< by equal factors instead of equal steps; both ends above 0

  double share_at(kernel::Duration since_start) const;
};

/// Gilbert-Elliott: faults come in bursts. Each request of a key moves the state first.
struct Burst {
  double begins = 0;   ///< good to bad, per request
  double ends = 1;     ///< bad to good, per request
  double in_bad = 1;   ///< share that fires in the bad state
  double in_good = 0;  ///< and in the good one
};

/// One decision that fired: the nth request of a key ("" for the whole run).
struct Fired {
  std::string key{};
  std::uint64_t n = 1;
  friend bool operator==(const Fired&, const Fired&) = default;
};

}  // namespace mocks
