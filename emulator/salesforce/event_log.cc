#include "emulator/salesforce/event_log.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/check.h"

namespace emulator::salesforce {

using kernel::End;
using kernel::Outcome;
using kernel::Stage;
using relay::StoredEventPtr;

/// A streaming client's place in the stream.
class EventLog::Reader final : public StreamSubscription {
 public:
  Reader(EventLog& log, SubscribeRequest request, Channels::View view)
      : log_(log),
        request_(std::move(request)),
        view_(std::move(view)),
        position_(request_.replay == kReplayNew ? log.last_replay_id_
                                                : std::max<std::int64_t>(0, request_.replay)) {
    log_.readers_.push_back(this);
  }
  ~Reader() override { std::erase(log_.readers_, this); }

  std::vector<StoredEventPtr> read(std::size_t count) override {
    std::vector<StoredEventPtr> events = log_.read(view_, position_, count);
    const std::int64_t granted = log_.take_deliveries(static_cast<std::int64_t>(events.size()));
    const bool is_whole = granted == static_cast<std::int64_t>(events.size());
    events.resize(static_cast<std::size_t>(granted));
    for (const StoredEventPtr& event : events) log_.read_by_client(*this, *event);
    if (!events.empty()) position_ = events.back()->replay_id;
    // Behind the last one nothing was for us: no need to look at it again.
    if (is_whole && events.size() < count) position_ = log_.last_replay_id_;
    return events;
  }
  bool has_more() override { return !log_.read(view_, position_, 1).empty(); }
  const std::string& channel() const override { return request_.channel; }

  const SubscribeRequest& request() const { return request_; }
  const Channels::View& view() const { return view_; }

 private:
  EventLog& log_;
  SubscribeRequest request_;
  Channels::View view_;
  std::int64_t position_;
};

EventLog::EventLog(Setup setup, const Channels& channels, kernel::Scheduler& scheduler,
                   kernel::Journal& journal)
    : setup_(setup),
      channels_(channels),
      scheduler_(scheduler),
      journal_(journal),
      holes_(setup.seed, "salesforce replay ids"),
      deliveries_(std::chrono::hours{24}, setup.deliver_per_day),
      last_replay_id_(setup.first_replay_id) {}

EventLog::~EventLog() {
  CHECK(readers_.empty());
  scheduler_.cancel(purging_);
}

void EventLog::append(relay::StoredEvent event, bool is_copy) {
  purge();
  auto stored = std::make_shared<const relay::StoredEvent>(std::move(event));
  const StoredEventPtr held = stored;
  retained_.push_back(std::move(stored));
  int relays = 0;
  for (const Subscriber& subscriber : subscribers_) {
    if (channels_.carries(channels_.of_relay(subscriber.channel), *held)) ++relays;
  }
  bool has_client = false;
  for (Reader* reader : readers_) {
    if (!channels_.carries(reader->view(), *held)) continue;
    has_client = true;
    if (reader->request().listener != nullptr) reader->request().listener->on_event();
  }
  // A copy is one more branch; each further relay, too.
  const int branches = std::max(relays, 1) - (is_copy ? 0 : 1);
  if (branches > 0) journal_.branched(held->uuid, branches);
  if (relays > 0) {
    for (const Subscriber& subscriber : subscribers_) {
      if (channels_.carries(channels_.of_relay(subscriber.channel), *held)) subscriber.listener->on_stored();
    }
  } else if (has_client) {
    unread_.emplace(held->replay_id, held->uuid);
    purge_in_time();
  } else {
    kernel::point_hop(journal_,
                      {.stage = Stage::Relay, .event = held->uuid, .from = "salesforce", .to = "relay"},
                      {.outcome = Outcome::Filtered, .error = "no channel that is relayed carries it"});
    journal_.ended(held->uuid, End::Filtered, "salesforce: no channel that is relayed carries it");
  }
}

void EventLog::purge() {
  // ASSUMPTION: the edge is sharp. The real one may keep events somewhat longer, which nobody can rely on.
  const kernel::Timestamp now = scheduler_.now();
  while (!retained_.empty() && now - retained_.front()->stored_at >= setup_.retention) {
    const StoredEventPtr purged = std::move(retained_.front());
    retained_.pop_front();
    last_purged_ = purged->replay_id;
    for (const Subscriber& subscriber : subscribers_) {
      if (channels_.carries(channels_.of_relay(subscriber.channel), *purged)) {
        subscriber.listener->on_purged(*purged);
      }
    }
    if (unread_.erase(purged->replay_id) > 0) {
      journal_.ended(purged->uuid, End::Expired, "salesforce: no subscriber read it in time");
    }
  }
}

/// What only streaming clients wait for has to end although nobody asks for it any more.
void EventLog::purge_in_time() {
  if (purging_ || unread_.empty() || retained_.empty()) return;
  purging_ = scheduler_.call_at(retained_.front()->stored_at + setup_.retention, [this] {
    purging_ = {};
    purge();
    purge_in_time();
  });
}

std::vector<StoredEventPtr> EventLog::read(const Channels::View& view, std::int64_t replay_id,
                                           std::size_t count) {
  purge();
  auto next = std::ranges::upper_bound(retained_, replay_id, {}, [](const auto& e) { return e->replay_id; });
  std::vector<StoredEventPtr> events;
  for (; next != retained_.end() && events.size() < count; ++next) {
    if (channels_.carries(view, **next)) events.push_back(as_seen(view, *next));
  }
  return events;
}

/// Enriched fields are sent although they did not change: facts/salesforce 6.1.
StoredEventPtr EventLog::as_seen(const Channels::View& view, const StoredEventPtr& event) const {
  if (event->record.empty()) return event;
  const Member* member = channels_.member(view, event->api_name);
  if (member == nullptr || member->enriched.empty()) return event;
  const auto record = kernel::parse_json(event->record);
  const auto payload = kernel::parse_json(event->payload);
  CHECK(record.has_value() && payload.has_value());
  auto enriched = std::make_shared<relay::StoredEvent>(*event);
  std::string more;
  for (const std::string& field : member->enriched) {
    const auto value = record->find(field);
    if (payload->contains(field) || value == record->end()) continue;
    more += "," + kernel::json_quoted(field) + ":" + kernel::json_text(*value);
  }
  enriched->payload.insert(enriched->payload.rfind('}'), more);
  return enriched;
}

std::vector<StoredEventPtr> EventLog::read_after(std::string_view channel, std::int64_t replay_id,
                                                 std::size_t count) {
  return read(channels_.of_relay(channel), replay_id, count);
}

void EventLog::subscribe(relay::StreamListener& listener, std::string_view channel) {
  subscribers_.push_back({&listener, std::string(channel)});
}

void EventLog::unsubscribe(relay::StreamListener& listener) {
  std::erase_if(subscribers_, [&listener](const Subscriber& s) { return s.listener == &listener; });
}

bool EventLog::is_known(std::int64_t replay) const {
  if (replay == kReplayNew || replay == kReplayAll) return true;
  std::int64_t gone = last_purged_;
  for (const StoredEventPtr& event : retained_) {
    if (scheduler_.now() - event->stored_at < setup_.retention) break;
    gone = event->replay_id;
  }
  // ASSUMPTION: an id between two events is as good as one of an event; those of purged events are not.
  return replay >= std::max(gone + 1, setup_.first_replay_id) && replay <= last_replay_id_;
}

std::unique_ptr<StreamSubscription> EventLog::open(SubscribeRequest request, Channels::View view) {
  purge();
  return std::make_unique<Reader>(*this, std::move(request), std::move(view));
}

std::int64_t EventLog::take_deliveries(std::int64_t wanted) {
  return deliveries_.take(scheduler_.now(), wanted);
}

void EventLog::read_by_client(const Reader& reader, const relay::StoredEvent& event) {
  kernel::point_hop(journal_,
                    {.stage = Stage::Client,
                     .event = event.uuid,
                     .from = "salesforce",
                     .to = reader.request().name,
                     .operation = reader.channel()},
                    {.status = 200, .bytes_sent = static_cast<std::int64_t>(event.payload.size())});
  if (unread_.erase(event.replay_id) > 0) {
    journal_.ended(event.uuid, End::Delivered, "salesforce: " + reader.request().name);
  }
}

}  // namespace emulator::salesforce
