#pragma once
// An org as a stack file declares it.
//
// Source: facts/salesforce 1.5, 2, 3, 6.1. Allocations that are absent are those of the edition.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "emulator/salesforce/access_ports.h"
#include "emulator/salesforce/schema_ports.h"
#include "middleware/kernel/time.h"

namespace emulator::salesforce {

struct FieldDefinition {
  FieldType type = FieldType::Text;
  bool required = false;
  std::int64_t length = 0;                ///< characters; 0: 255 for Text, 131072 for TextArea
  std::int64_t precision = 0;             ///< digits of a Number in all; 0: any, 18 at most with a scale
  std::int64_t scale = 0;                 ///< of these behind the point
  std::optional<std::string> fallback{};  ///< JSON text of the default
  bool is_external_id = false;            ///< of objects: upsert may name it
};
using FieldDefinitions = std::vector<std::pair<std::string, FieldDefinition>>;

struct EventDefinition {
  std::string key{};          ///< the field that orders and names an event; "" = none
  FieldDefinitions fields{};  ///< empty: any fields are taken
  PublishBehaviour publish = PublishBehaviour::Immediately;
};

struct ObjectDefinition {
  std::string key_prefix{};        ///< three characters; empty: the org gives one
  FieldDefinitions fields{};       ///< empty: any fields are taken
  bool has_change_events = false;  ///< selected for Change Data Capture
};

/// What a custom channel carries of one event or one object's changes.
struct MemberConfig {
  std::string entity;                   ///< "Order_Placed__e", "AccountChangeEvent"
  std::string filter{};                 ///< "" = everything
  std::vector<std::string> enriched{};  ///< fields of change events that are sent although unchanged
};

struct ChannelConfig {
  std::vector<MemberConfig> members{};
};

enum class Edition : std::uint8_t { Developer, Enterprise, Unlimited };

/// What an edition allows without add-ons.
struct EditionLimits {
  std::int64_t publish_per_hour;
  std::int64_t deliver_per_day;
  std::int64_t streaming_clients;
  std::int64_t event_definitions;
  std::int64_t channels;
  std::int64_t member_events;  ///< distinct ones over all channel members
  std::int64_t change_data_objects;
  std::int64_t api_requests_per_day;
};
EditionLimits limits_of(Edition edition);

struct OrgConfig {
  std::string org_id{};  ///< 18 characters; empty: from the seed
  Edition edition = Edition::Enterprise;
  std::optional<std::int64_t> publish_per_hour{};
  std::optional<std::int64_t> deliver_per_day{};
  std::optional<std::int64_t> api_requests_per_day{};
  std::optional<std::int64_t> streaming_clients{};
  kernel::Duration retention = std::chrono::hours{72};
  bool only_declared = false;  ///< an event that is not in `events` is NOT_FOUND
  std::vector<std::pair<std::string, EventDefinition>> events{};  ///< a type not named here takes any fields
  std::vector<std::pair<std::string, ObjectDefinition>> objects{};
  /// Custom channels; a relay's channel that is not named here carries every event.
  std::vector<std::pair<std::string, ChannelConfig>> channels{};
  std::vector<User> users{};                  ///< empty: one, `relayrig`
  std::vector<ConnectedApp> apps{};           ///< empty: one, `relayrig`
  std::int64_t change_overflow_at = 100'000;  ///< changes of one transaction that give change events
  bool is_active = true;
};

}  // namespace emulator::salesforce
