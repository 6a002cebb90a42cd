#pragma once
// EventBridge: takes events, shows them to the rules of their bus, and brings them to the targets of those
// that match.
//
// Source: facts/aws-delivery 1.1 to 1.7.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/bus/archives.h"
#include "emulator/bus/config.h"
#include "emulator/bus/deliveries.h"
#include "emulator/bus/delivery_faults.h"
#include "emulator/bus/envelope.h"
#include "emulator/bus/partner_ports.h"
#include "emulator/bus/ports.h"
#include "emulator/bus/quota.h"
#include "emulator/bus/registry.h"
#include "middleware/kernel/random.h"

namespace emulator::bus {

class EventBridge final : public PartnerEventSink,
                          public PartnerEventSources,
                          public EventSink,
                          private BusInlet,
                          private ReplayOutlet {
 public:
  /// The references outlive it. There is the default bus and nothing else until set_up.
  EventBridge(EventBridgeConfig config, std::uint64_t seed, kernel::Scheduler& scheduler,
              kernel::Journal& journal, Outlets outlets);

  /// Makes what the configuration says. `source`: the partner event source.
  kernel::Result<> set_up(const std::string& source);

  kernel::Task<std::vector<EntryResult>> put_partner_events(std::vector<PartnerEntry> entries) override;
  ApiResult<std::vector<EntryResult>> put_events(PutEventsRequest request) override;
  /// An event of AWS's own ("aws.cloudwatch"), which clients cannot put: it is well formed and not counted
  /// against their quota. `caller`: for the record.
  void put_service_event(const PutEventsEntry& entry, const std::string& caller);
  void create_event_source(const std::string& name) override { registry_.create_event_source(name); }

  EventBuses& buses() { return registry_; }
  Rules& rules() { return registry_; }
  ArchiveKeeper& archives() { return archives_; }

  /// As if every target invocation were throttled.
  void throttle(bool is_throttled) { deliveries_.throttle(is_throttled); }

  DeliveryFaults& faults() { return faults_; }

  /// Deliveries that wait for their next attempt, or are held back.
  std::size_t pending() const { return deliveries_.pending() + faults_.held(); }

 private:
  /// An event on its way to the rules of a bus. The views outlive the call.
  struct Arriving {
    EnvelopeFields fields;
    std::string_view event_uuid;
    kernel::HopId cause = 0;
    kernel::WallTime ingested{};
    std::string envelope{};  ///< made of the fields when it is empty and somebody wants it
    std::string_view trace_header{};
    const ReplayInfo* replay = nullptr;
    bool is_forwarded = false;
  };

  bool has_bus(std::string_view bus) const override { return registry_.bus(bus) != nullptr; }
  void forward(std::string_view bus, const BusEvent& event, kernel::HopId cause) override;
  void replay(const BusEvent& event, const ReplayInfo& replay) override;

  kernel::Result<> set_up_bus(const BusConfig& config, const std::string& bus);
  ApiError refuse_call(const PutEventsRequest& request, ApiError error);
  enum class Origin : std::uint8_t { Client, Service };
  EntryResult put_entry(const PutEventsEntry& entry, const PutEventsRequest& request,
                        Origin origin = Origin::Client);
  void arrive(EventBus& bus, Arriving arriving);
  void dispatch(const BusEventPtr& event, const std::vector<TargetPtr>& targets);
  /// Nobody wants it.
  void drop(const Arriving& arriving, kernel::Outcome outcome, kernel::End end, const std::string& why);

  EventBridgeConfig config_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  kernel::Random ids_;
  Quota calls_;
  Quota entries_;
  Registry registry_;
  ArchiveKeeper archives_;
  Deliveries deliveries_;
  DeliveryFaults faults_;
};

}  // namespace emulator::bus
