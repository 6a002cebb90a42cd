#pragma once
// Brings events to targets: attempt after attempt, until the target has it, or the dead-letter queue.
//
// Source: facts/aws-delivery 1.6.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/bus/invoke_target.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task_scope.h"

namespace emulator::bus {

class Deliveries {
 public:
  /// The references outlive it.
  Deliveries(std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal, Outlets outlets,
             BusInlet& buses)
      : seed_(seed), scheduler_(scheduler), journal_(journal), outlets_(outlets), buses_(buses) {}

  /// One branch of the event, which ends in here or belongs to the target. The first attempt is made now;
  /// gives its hop.
  kernel::HopId deliver(const BusEventPtr& event, const TargetPtr& target);

  /// As if every target invocation were throttled.
  void throttle(bool is_throttled) { is_throttled_ = is_throttled; }

  /// Those that wait for their next attempt.
  std::size_t pending() const { return waiting_.running(); }

 private:
  using Payload = std::shared_ptr<const std::string>;

  struct Attempt {
    kernel::HopId hop;
    std::optional<kernel::Duration> wait{};  ///< for the next one; nothing when the branch is over here
  };
  Attempt attempt(const BusEvent& event, const Target& target, const Payload& payload, int number);
  kernel::Task<void> try_again(BusEventPtr event, TargetPtr target, Payload payload, kernel::Duration wait);
  kernel::HopId undeliverable(const BusEvent& event, const Target& target, const std::string& why);
  void hand_over(const BusEvent& event, const Target& target, const TargetAnswer& answer, kernel::HopId hop);
  void give_up(const BusEvent& event, const Target& target, const TargetAnswer& last, int attempts,
               std::string_view exhausted);

  std::uint64_t seed_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  Outlets outlets_;
  BusInlet& buses_;
  bool is_throttled_ = false;
  kernel::TaskScope waiting_;
};

}  // namespace emulator::bus
