#pragma once
// One call of a target, and what its answer means for the event.
//
// Source: facts/aws-delivery 1.6.
#include <memory>
#include <string>
#include <string_view>

#include "emulator/bus/target.h"
#include "emulator/lambda/ports.h"
#include "emulator/queues/ports.h"
#include "emulator/topics/ports.h"

namespace emulator::bus {

/// Takes events from other buses.
class BusInlet {
 public:
  virtual ~BusInlet() = default;
  virtual bool has_bus(std::string_view bus) const = 0;
  /// The event's branch goes on there.
  virtual void forward(std::string_view bus, const BusEvent& event, kernel::HopId cause) = 0;
};

/// Where events go to; the references outlive what is made of them.
struct Outlets {
  lambda::AsyncInvoker& functions;
  queues::QueueWriter& queues;
  topics::TopicPublisher* topics = nullptr;  ///< null: there are none, and they are no targets
};

struct TargetAnswer {
  int status = 200;
  std::string_view error_code{};  ///< as the DLQ attribute ERROR_CODE names it
  std::string message{};
  bool is_retryable = false;
  bool ends_here = false;  ///< a queue that nobody reads took it: the event's branch is over
  bool accepted() const { return error_code.empty(); }
};

/// `payload` is the target's input. A bus is asked only whether it would take the event.
TargetAnswer invoke_target(const Outlets& outlets, const BusInlet& buses, const Target& target,
                           const BusEvent& event, const std::shared_ptr<const std::string>& payload,
                           kernel::HopId hop);

}  // namespace emulator::bus
