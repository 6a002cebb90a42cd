#pragma once
// The stream of an org: events in the order in which they were stored, kept for a time, read by relays and by
// streaming clients.
//
// Source: facts/salesforce 2, 4.
#include <deque>
#include <map>
#include <vector>

#include "emulator/relay/ports.h"
#include "emulator/salesforce/allocation.h"
#include "emulator/salesforce/channels.h"
#include "emulator/salesforce/stream_ports.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::salesforce {

/// Each event is one branch of the record for every relay whose channel carries it. Without a relay it ends
/// as filtered, unless a streaming client subscribes to it: then it ends as delivered when the first one
/// reads it.
class EventLog {
 public:
  struct Setup {
    kernel::Duration retention;
    std::int64_t deliver_per_day;
    std::int64_t first_replay_id;
    std::uint64_t seed;
  };
  /// The references outlive it.
  EventLog(Setup setup, const Channels& channels, kernel::Scheduler& scheduler, kernel::Journal& journal);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  /// The replay id that the next event gets. Opaque: rising, with holes.
  std::int64_t next_replay_id() { return last_replay_id_ += holes_.between(1, 4); }

  /// Keeps an event under an id of next_replay_id(), and tells who listens. `is_copy`: the record knows the
  /// event from before.
  void append(relay::StoredEvent event, bool is_copy = false);

  std::vector<relay::StoredEventPtr> read_after(std::string_view channel, std::int64_t replay_id,
                                                std::size_t count);
  std::int64_t newest_replay_id() const { return last_replay_id_; }
  void subscribe(relay::StreamListener& listener, std::string_view channel);
  void unsubscribe(relay::StreamListener& listener);

  /// Whether a view's replay id may be given: retained, or a special one.
  bool is_known(std::int64_t replay) const;
  std::unique_ptr<StreamSubscription> open(SubscribeRequest request, Channels::View view);

  RollingAllocation& deliveries() { return deliveries_; }
  std::int64_t take_deliveries(std::int64_t wanted);

 private:
  class Reader;
  struct Subscriber {
    relay::StreamListener* listener;
    std::string channel;
  };

  std::vector<relay::StoredEventPtr> read(const Channels::View& view, std::int64_t replay_id,
                                          std::size_t count);
  relay::StoredEventPtr as_seen(const Channels::View& view, const relay::StoredEventPtr& event) const;
  void purge();
  void purge_in_time();
  void read_by_client(const Reader& reader, const relay::StoredEvent& event);

  Setup setup_;
  const Channels& channels_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  kernel::Random holes_;
  RollingAllocation deliveries_;
  std::int64_t last_replay_id_;
  std::int64_t last_purged_ = 0;                ///< replay id; 0: none
  std::deque<relay::StoredEventPtr> retained_;  // in the order of replay ids
  std::vector<Subscriber> subscribers_;
  std::vector<Reader*> readers_;                // in the order of opening
  std::map<std::int64_t, std::string> unread_;  // replay id to uuid: for streaming clients alone, unread yet
  kernel::TimerId purging_;
};

}  // namespace emulator::salesforce
