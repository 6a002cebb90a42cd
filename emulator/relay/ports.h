#pragma once
// What a relay needs of the org whose events it relays, and what the org's Tooling API asks of relays.
//
// Source: facts/salesforce 6.1, 6.4.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/kernel/time.h"

namespace emulator::relay {

/// An event as the org stores it.
struct StoredEvent {
  std::string uuid;        ///< EventUuid
  std::int64_t replay_id;  ///< rises, with holes
  std::string api_name;    ///< "Order_Placed__e"
  std::string payload;     ///< JSON object, CreatedDate and CreatedById included
  std::string schema_id;
  kernel::WallTime created;
  kernel::Timestamp stored_at;
  bool is_change = false;  ///< a change event: its payload has a ChangeEventHeader
  /// Of a change event: all fields of the record as JSON, for channels that enrich; empty where none does.
  std::string record{};
};
using StoredEventPtr = std::shared_ptr<const StoredEvent>;

/// Told by the org, on the loop thread, about events of the channel it subscribed to.
class StreamListener {
 public:
  virtual ~StreamListener() = default;
  virtual void on_stored() = 0;
  /// `event` left the retention window.
  virtual void on_purged(const StoredEvent& event) = 0;
};

/// The org's events, by channel.
class RetainedStream {
 public:
  virtual ~RetainedStream() = default;
  /// The oldest events behind `replay_id` that are still retained, at most `count`, in order.
  virtual std::vector<StoredEventPtr> read_after(std::string_view channel, std::int64_t replay_id,
                                                 std::size_t count) = 0;
  virtual std::int64_t newest_replay_id() const = 0;
  /// The listener outlives the stream's events. Its position starts at the newest event. An event that no
  /// subscribed channel carries ends as filtered.
  virtual void subscribe(StreamListener& listener, std::string_view channel) = 0;
  /// What the listener answered for, and has not handed over, is the listener's to end.
  virtual void unsubscribe(StreamListener& listener) = 0;
  /// Takes deliveries from the day's allocation, which all readers share: at most `wanted`, what is left if
  /// less.
  virtual std::int64_t take_deliveries(std::int64_t wanted) = 0;
  virtual std::string org_id() const = 0;
  /// Some member of the channel sends fields of change events although they did not change.
  virtual bool is_enriched(std::string_view channel) const = 0;
};

enum class AdminState : std::uint8_t { Run, Pause, Stop };
enum class Status : std::uint8_t { Running, Paused, Stopped, Error };
/// What happens when a relay cannot go on from where it stopped.
enum class ReplayRecovery : std::uint8_t { Latest, Earliest };
std::string_view to_text(AdminState state);  ///< "RUN"
std::string_view to_text(Status status);     ///< "RUNNING"
std::string_view to_text(ReplayRecovery recovery);

/// What EventRelayFeedback says. PAUSE keeps the error and the time, STOP forgets them.
struct Feedback {
  Status status = Status::Stopped;
  std::string remote_resource;  ///< the partner event source
  std::optional<kernel::WallTime> last_relayed_event_time{};
  std::string error_code{};  ///< "sfdc.platform.eventbus.relay..."; empty: none
  std::string error_message{};
  std::string error_identifier{};
  std::optional<kernel::WallTime> error_time{};
};

struct RelayInfo {
  std::string name;        ///< of the EventRelayConfig
  std::string channel;     ///< "Orders__chn"
  std::string channel_id;  ///< "0YL..."
  AdminState state = AdminState::Stop;
  ReplayRecovery recovery = ReplayRecovery::Latest;
  Feedback feedback{};
};

/// Relays as the Tooling API makes and moves them. Names are unique.
class RelayControl {
 public:
  virtual ~RelayControl() = default;
  /// Made in STOP. Its event source appears at the bus as PENDING.
  virtual void create(std::string name, std::string channel, std::string channel_id,
                      ReplayRecovery recovery) = 0;
  /// False: there is no such relay, or it is the declared one.
  virtual bool remove(std::string_view name) = 0;
  virtual bool set_state(std::string_view name, AdminState state) = 0;
  virtual bool set_recovery(std::string_view name, ReplayRecovery recovery) = 0;
  /// In the order of their making.
  virtual std::vector<RelayInfo> relays() const = 0;
};

}  // namespace emulator::relay
