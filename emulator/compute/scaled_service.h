#pragma once
// What others may ask of a service of tasks behind a load balancer: how it does, and how many tasks it is to
// have.
#include <cstdint>
#include <string_view>
#include <vector>

#include "middleware/kernel/task.h"
#include "middleware/kernel/time.h"

namespace emulator::compute {

/// How one request ended at the load balancer.
struct Exchanged {
  int status = 0;                  ///< what the client got; 460 when it went first
  bool is_from_target = false;     ///< the target answered; else the load balancer did
  kernel::Duration target_took{};  ///< until the target answered, if it did
};

class TrafficObserver {
 public:
  virtual ~TrafficObserver() = default;
  /// A request was given to a target.
  virtual void routed() = 0;
  virtual void exchanged(const Exchanged& exchange) = 0;
};

struct ServiceReading {
  std::int64_t healthy = 0;    ///< targets
  std::int64_t unhealthy = 0;  ///< those that are neither healthy nor leaving
  std::vector<double> cpu{};   ///< of each task that runs: percent, since the reading before
};

class ScaledService {
 public:
  virtual ~ScaledService() = default;
  /// Null: nobody. It outlives this, or its watching.
  virtual void watch(TrafficObserver* observer) = 0;
  /// How it did since the last reading.
  virtual ServiceReading read() = 0;

  virtual std::int64_t desired() const = 0;
  virtual void set_desired(std::int64_t tasks, std::string_view why) = 0;
  /// Then nothing is scaled in.
  virtual bool is_deploying() const = 0;
  /// A new revision comes out; over when it serves alone, or is gone again. Of one that `fails` the tasks are
  /// healthy and answer every request with 500. One at a time: a second one is refused, and said in the log.
  virtual kernel::Task<void> deploy(bool fails) = 0;
};

}  // namespace emulator::compute
