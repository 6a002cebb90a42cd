#pragma once
// Latency that grows with load: workers, a queue before them, and what happens when it is full.
// Facts: mocks-and-faults 14.
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "middleware/kernel/time.h"
#include "mocks/faults/latency.h"

namespace mocks::stubs {

struct SaturationSpec {
  std::int64_t workers = 1;
  LatencyLaw service{};
  std::optional<std::int64_t> queue_max{};          ///< waiting requests; nothing: no bound
  std::optional<kernel::Duration> queue_timeout{};  ///< a longer wait is refused at once
  int status = 503;                                 ///< of a refusal
  std::optional<kernel::Duration> retry_after{};
};

/// No real threads: a request takes the worker that is free first. A caller that went away is worked for all
/// the same, which is what makes retry storms.
class Saturation {
 public:
  explicit Saturation(const SaturationSpec& spec)
      : spec_(spec), free_at_(static_cast<std::size_t>(spec.workers)) {}

  /// How long the request takes, waiting included; nothing when it is refused. `u` in [0, 1) draws the
  /// service time.
  std::optional<kernel::Duration> admit(kernel::Timestamp now, double u);

  const SaturationSpec& spec() const { return spec_; }

 private:
  const SaturationSpec& spec_;
  std::vector<kernel::Timestamp> free_at_;
  std::deque<kernel::Timestamp> starts_;  // of those that wait, in order
};

}  // namespace mocks::stubs
