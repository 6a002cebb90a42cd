#pragma once
// A Salesforce org as far as publishing platform events goes: definitions, validation, allocations, the
// retained stream.
//
// Source: facts/salesforce 1 and 2.
#include <cstdint>
#include <deque>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "emulator/relay/ports.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::salesforce {

enum class FieldType : std::uint8_t { Text, TextArea, Number, Checkbox, Date, DateTime };

struct FieldDefinition {
  FieldType type = FieldType::Text;
  bool required = false;
  std::int64_t length = 0;  ///< characters; 0: 255 for Text, 131072 for TextArea
};

struct EventDefinition {
  std::string key{};  ///< the field that orders and names an event; "" = none
  std::vector<std::pair<std::string, FieldDefinition>> fields{};  ///< empty: any fields are taken
};

enum class Edition : std::uint8_t { Developer, Enterprise, Unlimited };

struct OrgConfig {
  Edition edition = Edition::Enterprise;
  std::optional<std::int64_t> publish_per_hour{};  ///< instead of the edition's allocation
  kernel::Duration retention = std::chrono::hours{72};
  std::vector<std::pair<std::string, EventDefinition>> events{};  ///< a type not named here takes any fields
  /// Custom channels and their members; a channel not named here carries every event.
  std::vector<std::pair<std::string, std::vector<std::string>>> channels{};
};

/// Events per rolling hour, all methods together (facts/salesforce 2).
std::int64_t publish_allocation(Edition edition);

struct PublishError {
  int http_status = 400;
  std::string code;  ///< "REQUIRED_FIELD_MISSING"
  std::string message;
  std::vector<std::string> fields{};
};

struct Published {
  std::string event_uuid;
  std::int64_t replay_id;
};

class Org final : public relay::RetainedStream {
 public:
  Org(OrgConfig config, std::uint64_t seed, kernel::Scheduler& scheduler, kernel::Journal& journal);

  /// Stores one event. `fields` is the text of a JSON object; `key` names the event in the run file ("" =
  /// from the fields, if the definition has a key). An error is recorded as a rejected event. For a type
  /// without definition the text is taken as it is: who passes foreign text on parses it first.
  std::expected<Published, PublishError> publish(std::string_view api_name, std::string_view fields,
                                                 std::string_view key = {});

  std::vector<relay::StoredEventPtr> read_after(std::string_view channel, std::int64_t replay_id,
                                                std::size_t count) override;
  std::int64_t newest_replay_id() const override { return last_replay_id_; }
  void subscribe(relay::StreamListener& listener, std::string_view channel) override {
    subscribers_.push_back({&listener, std::string(channel)});
  }
  std::string org_id() const override { return org_id_; }

 private:
  const EventDefinition* find(std::string_view api_name) const;
  std::optional<PublishError> over_allocation();
  void purge();
  bool carries(std::string_view channel, std::string_view api_name) const;

  OrgConfig config_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  kernel::Random uuids_;
  kernel::Random replay_ids_;
  std::string org_id_;
  std::string user_id_;
  std::int64_t last_replay_id_;
  std::deque<relay::StoredEventPtr> retained_;  // in the order of replay ids

  struct Subscriber {
    relay::StreamListener* listener;
    std::string channel;
  };
  std::vector<Subscriber> subscribers_;

  struct Burst {
    kernel::Timestamp time;
    std::int64_t events;
  };
  std::deque<Burst> last_hour_;  // in time order, one entry an instant
  std::int64_t published_in_last_hour_ = 0;
};

}  // namespace emulator::salesforce
