#pragma once
// All relays of an org: the one that a scenario declares, and those that the Tooling API makes.
#include <memory>
#include <string>
#include <vector>

#include "emulator/bus/partner_ports.h"
#include "emulator/relay/relay.h"

namespace emulator::relay {

class Relays final : public RelayControl {
 public:
  /// `first` is the declared one; relays that are made later take its settings over. The references outlive
  /// it.
  struct Surroundings {
    kernel::Scheduler& scheduler;
    kernel::Journal& journal;
    RetainedStream& stream;
    bus::PartnerEventSink& bus;
    bus::PartnerEventSources& sources;
  };
  Relays(RelayConfig first, std::uint64_t seed, Surroundings around);

  Relay& first() { return *relays_.front(); }

  void create(std::string name, std::string channel, std::string channel_id,
              ReplayRecovery recovery) override;
  bool remove(std::string_view name) override;
  bool set_state(std::string_view name, AdminState state) override;
  bool set_recovery(std::string_view name, ReplayRecovery recovery) override;
  std::vector<RelayInfo> relays() const override;

 private:
  std::unique_ptr<Relay>* find(std::string_view name);
  kernel::Task<void> announce(std::string source);

  RelayConfig settings_;
  std::uint64_t seed_;
  Surroundings around_;
  std::vector<std::unique_ptr<Relay>> relays_;  // in the order of their making
  kernel::TaskScope tasks_;
};

}  // namespace emulator::relay
