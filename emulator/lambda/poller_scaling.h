#pragma once
// How many batches of one queue may be with a function at once.
//
//   standard:  5 ──backlog: +1 every 200 ms──> 1000          empty queue: back to 5
//              a batch that fails takes one away, down to 2; below 5 a batch that succeeds gives it back
//   FIFO:      as many as there are groups, which the queue itself sees to
//
// Source: facts/aws-delivery 4 (5, 300 a minute, 1000, MaximumConcurrency, a floor of 2).
// ASSUMPTION: 300 a minute come evenly, from the moment on that all places are taken and the queue has more;
// by how much a failure lowers the concurrency is not published.
#include <cstdint>
#include <optional>

#include "middleware/kernel/time.h"

namespace emulator::lambda {

struct ScalingConfig {
  std::int64_t start = 5;
  std::int64_t per_minute = 300;
  std::int64_t max = 1000;
  std::int64_t floor = 2;
};

class PollerScaling {
 public:
  /// `concurrency_max`: the mapping's own limit, if it has one.
  PollerScaling(ScalingConfig config, std::optional<std::int64_t> concurrency_max, bool is_fifo);

  /// Batches at once, at `now`.
  std::int64_t allowed(kernel::Timestamp now);
  /// Every place is taken and the queue may have more. When the next place comes, if ever.
  std::optional<kernel::Timestamp> wait_for_place(kernel::Timestamp now);
  /// The queue had nothing to give at once.
  void caught_up();
  /// A whole poll found nothing.
  void idle();
  void succeeded();
  void failed(kernel::Timestamp now);

 private:
  ScalingConfig config_;
  std::int64_t ceiling_;
  bool is_fifo_;
  std::int64_t allowed_;
  std::optional<kernel::Timestamp> grown_at_{};  // while there is a backlog
};

}  // namespace emulator::lambda
