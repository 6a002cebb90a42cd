#pragma once
// Hands an event on to where it is to go next, and says what becomes of its branch.
//
// A queue that is read, a topic and a function carry the event on and end it themselves. A queue that nobody
// reads keeps it. A bus begins an event of its own (bus/ports.h).
//
// Source: facts/aws-delivery 5.3.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/bus/ports.h"
#include "emulator/lambda/destination.h"
#include "emulator/lambda/ports.h"
#include "emulator/queues/ports.h"
#include "emulator/topics/ports.h"
#include "middleware/kernel/journal.h"

namespace emulator::lambda {

/// The references outlive what uses them. Null: there are none, and a destination of that kind is missing.
struct Outlets {
  queues::QueueWriter& queues;
  AsyncInvoker& functions;
  topics::TopicPublisher* topics = nullptr;
  bus::EventSink* bus = nullptr;
};

/// An event whose branch is the caller's.
struct CarriedEvent {
  std::string_view uuid;
  kernel::HopId cause = 0;
  std::string trace_header{};  ///< X-Amzn-Trace-Id for what is sent; "": none
};

struct Parcel {
  Destination to;
  std::string body;
  queues::MessageAttributes attributes{};
  std::string_view detail_type{};        ///< for a bus
  std::vector<std::string> resources{};  ///< for a bus
  std::string_view failure_metric = "DestinationDeliveryFailures";
};

struct Undelivered {
  std::string_view metric;
  std::string why;  ///< "queue gone: The specified queue does not exist."
};

struct HandedOver {
  int left = 0;     ///< branches that are the caller's to end
  int kept = 0;     ///< parcels that lie where nobody carries them on
  int carried = 0;  ///< parcels that take a branch along
  std::vector<Undelivered> refusals{};
};

/// Sends every parcel. `keeps_own`: one branch is the caller's whatever becomes of them.
HandedOver hand_over(const Outlets& outlets, kernel::Journal& journal, const CarriedEvent& event,
                     std::vector<Parcel> parcels, bool keeps_own);

}  // namespace emulator::lambda
