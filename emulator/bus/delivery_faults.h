#pragma once
// At least once and in no order, on purpose: some deliveries are made twice, some are held back so that later
// ones overtake them.
//
// Source: facts/aws-delivery 1.6: "at-least-once, no ordering, duplicates possible".
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "emulator/bus/deliveries.h"

namespace emulator::bus {

struct DeliveryFault {
  enum class Kind : std::uint8_t { Duplicate, Reorder };
  Kind kind = Kind::Duplicate;
  std::string name;                          ///< names its draws and shows in the record
  kernel::Timestamp from{};                  ///< deliveries that begin from here on
  std::optional<kernel::Timestamp> until{};  ///< and before this
  std::optional<std::int64_t> times{};       ///< only the first so many of them
  double share = 1;                          ///< of these a share, drawn by event and target
  kernel::Duration by{};  ///< Duplicate: the second delivery comes so much later. Reorder: it is held so long
};

/// Stands before the deliveries. A second delivery is a branch of the event of its own, with the same
/// EventBridge id. Each decision is recorded; one that fires when it takes effect, with the hop it touched.
class DeliveryFaults {
 public:
  /// The references outlive it.
  DeliveryFaults(std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal,
                 Deliveries& deliveries)
      : seed_(seed), scheduler_(scheduler), journal_(journal), deliveries_(deliveries) {}

  void add(DeliveryFault fault) { faults_.push_back({.fault = std::move(fault), .seen = 0}); }

  /// One branch of the event.
  void deliver(const BusEventPtr& event, const TargetPtr& target) {
    if (faults_.empty()) {
      deliveries_.deliver(event, target);
    } else {
      deliver_with_faults(event, target);
    }
  }

  /// Deliveries that are held back.
  std::size_t held() const { return held_.running(); }

 private:
  struct Armed {
    DeliveryFault fault;
    std::int64_t seen;  ///< deliveries within its window
  };
  /// A decision that fired, as it will be recorded.
  struct Fired {
    std::string rule;
    std::string key;
    std::uint64_t n;
    double draw;
    double threshold;
    kernel::Duration by;
  };

  void deliver_with_faults(const BusEventPtr& event, const TargetPtr& target);
  std::optional<Fired> ask(Armed& armed, const BusEvent& event, const Target& target);
  void deliver_touched(const BusEventPtr& event, const TargetPtr& target, const Fired& fired);
  kernel::Task<void> deliver_later(BusEventPtr event, TargetPtr target, Fired fired);

  std::uint64_t seed_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  Deliveries& deliveries_;
  std::vector<Armed> faults_;
  kernel::TaskScope held_;
};

}  // namespace emulator::bus
