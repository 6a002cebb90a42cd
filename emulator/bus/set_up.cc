// A deployment as its file says it, made through the same calls that everybody else makes.
#include <algorithm>

#include "emulator/bus/event_bridge.h"

namespace emulator::bus {
namespace {

std::unexpected<kernel::Error> refused(const std::string& what, const ApiError& error) {
  return kernel::invalid("bus: " + what + ": " + error.message);
}

}  // namespace

bool EventBridgeConfig::has_rules() const {
  return !partner.rules.empty() ||
         std::ranges::any_of(buses, [](const BusConfig& bus) { return !bus.rules.empty(); });
}

void EventBridgeConfig::for_each_target(const TargetAction& action) const {
  const auto of_bus = [&action](const BusConfig& bus) {
    for (const RuleConfig& rule : bus.rules) {
      for (const TargetConfig& target : rule.targets) action(rule, target);
    }
  };
  of_bus(partner);
  for (const BusConfig& bus : buses) of_bus(bus);
}

kernel::Result<> EventBridge::set_up(const std::string& source) {
  registry_.create_event_source(source);
  if (config_.is_partner_associated) {
    auto created = registry_.create_event_bus({.name = source, .event_source_name = source});
    if (!created) return refused("the partner bus", created.error());
    if (auto done = set_up_bus(config_.partner, source); !done) return done;
  }
  for (const BusConfig& bus : config_.buses) {
    if (bus.name != kDefaultBus) {
      auto created = registry_.create_event_bus({.name = bus.name});
      if (!created) return refused("'" + bus.name + "'", created.error());
    }
  }
  // After all of them are there: rules may send from one to another.
  for (const BusConfig& bus : config_.buses) {
    if (auto done = set_up_bus(bus, bus.name); !done) return done;
  }
  return {};
}

kernel::Result<> EventBridge::set_up_bus(const BusConfig& config, const std::string& bus) {
  for (const RuleConfig& rule : config.rules) {
    const std::string what = "rule '" + rule.name + "'";
    auto put = registry_.put_rule(
        {.name = rule.name, .event_bus = bus, .event_pattern = rule.pattern, .is_enabled = rule.is_enabled});
    if (!put) return refused(what, put.error());
    if (auto targets = registry_.put_targets(rule.name, bus, rule.targets); !targets) {
      return refused(what, targets.error());
    }
  }
  for (const ArchiveConfig& archive : config.archives) {
    auto created = archives_.create_archive({.name = archive.name,
                                             .event_source_arn = bus_arn(bus),
                                             .event_pattern = archive.pattern,
                                             .retention_days = archive.retention_days});
    if (!created) return refused("archive '" + archive.name + "'", created.error());
  }
  return {};
}

}  // namespace emulator::bus
