#include "emulator/relay/relays.h"

#include <algorithm>

#include "middleware/kernel/check.h"

namespace emulator::relay {

Relays::Relays(RelayConfig first, std::uint64_t seed, Surroundings around)
    : settings_(std::move(first)), seed_(seed), around_(around) {
  relays_.push_back(std::make_unique<Relay>(settings_, seed_, around_.scheduler, around_.journal,
                                            around_.stream, around_.bus));
}

std::unique_ptr<Relay>* Relays::find(std::string_view name) {
  const auto found = std::ranges::find_if(
      relays_, [name](const std::unique_ptr<Relay>& relay) { return relay->name() == name; });
  return found == relays_.end() ? nullptr : &*found;
}

void Relays::create(std::string name, std::string channel, std::string channel_id, ReplayRecovery recovery) {
  CHECK(find(name) == nullptr);
  RelayConfig config = settings_;
  config.name = std::move(name);
  config.channel = std::move(channel);
  config.channel_id = std::move(channel_id);
  config.recovery = recovery;
  config.state = AdminState::Stop;
  relays_.push_back(std::make_unique<Relay>(std::move(config), seed_, around_.scheduler, around_.journal,
                                            around_.stream, around_.bus));
  relays_.back()->start();
  tasks_.spawn(announce(relays_.back()->source()));
}

kernel::Task<void> Relays::announce(std::string source) {
  co_await kernel::sleep_for_duration(around_.scheduler, settings_.source_delay);
  // It may be deleted by now.
  for (const std::unique_ptr<Relay>& relay : relays_) {
    if (relay->source() == source) around_.sources.create_event_source(source);
  }
}

bool Relays::remove(std::string_view name) {
  std::unique_ptr<Relay>* found = find(name);
  // The declared relay stays: scenarios move it by their timeline.
  if (found == nullptr || *found == relays_.front()) return false;
  (*found)->give_up_all();
  std::erase_if(relays_, [found](const auto& relay) { return &relay == found; });
  return true;
}

bool Relays::set_state(std::string_view name, AdminState state) {
  std::unique_ptr<Relay>* found = find(name);
  if (found == nullptr) return false;
  (*found)->set_state(state, "over the Tooling API");
  return true;
}

bool Relays::set_recovery(std::string_view name, ReplayRecovery recovery) {
  std::unique_ptr<Relay>* found = find(name);
  if (found == nullptr) return false;
  (*found)->set_recovery(recovery);
  return true;
}

std::vector<RelayInfo> Relays::relays() const {
  std::vector<RelayInfo> all;
  for (const std::unique_ptr<Relay>& relay : relays_) all.push_back(relay->info());
  return all;
}

}  // namespace emulator::relay
