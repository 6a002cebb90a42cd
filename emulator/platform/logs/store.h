#pragma once
// All events there are, by group, stream and time; what is too old goes, and when there is too much, what
// came first.
//
// Source: facts/aws-platform 4.5. ASSUMPTION: an event goes at the instant its retention is over; AWS takes
// up to three days.
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/platform/logs/metric_filters.h"
#include "emulator/platform/logs/values.h"

namespace emulator::logs {

/// What the service counts for an event beside its text.
inline constexpr std::int64_t kEventOverhead = 26;
inline constexpr Milliseconds kDay = 86'400'000;

struct StoredEvent {
  Milliseconds ingested;
  std::string message;
};

struct Stream {
  std::string name;
  std::uint64_t id;  ///< 1, 2, ...
  Milliseconds created;
  std::map<EventKey, StoredEvent> events{};
  std::optional<Milliseconds> last_ingested{};
};

struct Group {
  std::string name;
  Milliseconds created;
  std::optional<std::int64_t> retention_days{};
  Tags tags{};
  std::map<std::string, Stream, std::less<>> streams{};
  MetricFilters filters{};
  std::int64_t stored_bytes = 0;
  std::int64_t incoming_events = 0;  ///< since somebody took them
  std::int64_t incoming_bytes = 0;
};

class LogStore {
 public:
  /// Texts and overhead of more than `bytes_max` are not kept.
  explicit LogStore(std::int64_t bytes_max) : bytes_max_(bytes_max) {}

  /// Null when there is none. Without its events that are over at `now`.
  Group* find(std::string_view group, Milliseconds now);
  std::map<std::string, Group, std::less<>>& groups() { return groups_; }
  Group& make(std::string_view group, Milliseconds now);
  Stream& make_stream(Group& group, std::string_view stream, Milliseconds now);
  void remove(Group& group);
  void remove(Group& group, Stream& stream);

  EventKey add(Group& group, Stream& stream, Milliseconds timestamp, Milliseconds now, std::string message);

  std::int64_t bytes() const { return bytes_; }
  /// Events that went because there was too much.
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Place {
    Group* group;
    Stream* stream;
  };
  struct Arrival {
    std::uint64_t stream;
    EventKey key;
  };
  using Events = std::map<EventKey, StoredEvent>;
  Events::iterator erase(Group& group, Events& events, Events::iterator at);
  void expire(Group& group, Stream& stream, Milliseconds now);
  void forget_events(Group& group, Stream& stream);
  /// Arrivals that are gone anyway are forgotten, then one by one those that are too many.
  void make_room();

  std::int64_t bytes_max_;
  std::int64_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t numbers_ = 0;
  std::uint64_t stream_ids_ = 0;
  std::map<std::string, Group, std::less<>> groups_;
  std::map<std::uint64_t, Place> places_;  ///< by the stream's id
  std::deque<Arrival> arrivals_;
};

}  // namespace emulator::logs
