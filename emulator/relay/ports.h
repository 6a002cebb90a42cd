#pragma once
// What the relay needs of the org whose events it relays. The org implements it.
#include <cstdint>
#include <memory>
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
};

}  // namespace emulator::relay
