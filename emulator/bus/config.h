#pragma once
// A deployment of EventBridge as a scenario declares it. What it says is made through the control plane, like
// everything that is made later.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "emulator/bus/archives.h"
#include "emulator/bus/registry.h"

namespace emulator::bus {

struct RuleConfig {
  std::string name;
  std::string pattern;  ///< JSON, as text
  bool is_enabled = true;
  std::vector<TargetConfig> targets{};
};

struct ArchiveConfig {
  std::string name;
  std::string pattern{};  ///< JSON, as text; empty: everything
  std::int64_t retention_days = 0;
};

struct BusConfig {
  std::string name{};
  std::vector<RuleConfig> rules{};
  std::vector<ArchiveConfig> archives{};
};

struct EventBridgeConfig {
  BusConfig partner{};                ///< of the relay's event source; its name is known later
  bool is_partner_associated = true;  ///< false: nobody made a bus for the event source
  std::vector<BusConfig> buses{};     ///< "default" may be among them
  Limits limits{};
  std::int64_t put_bytes_limit = 1'048'576;        ///< of one PutEvents call; 262144 before 2026
  std::optional<double> puts_per_second = 10'000;  ///< calls of PutEvents
  std::optional<double> entries_per_second{};      ///< ASSUMPTION: single entries fail above it
  DeliveryRetryConfig retry{};                     ///< of targets that come through the control plane
  ReplayConfig replay{};

  bool has_rules() const;
  using TargetAction = std::function<void(const RuleConfig&, const TargetConfig&)>;
  /// Those of the partner bus first.
  void for_each_target(const TargetAction& action) const;
};

}  // namespace emulator::bus
