#include "emulator/platform/logs/store.h"

namespace emulator::logs {
namespace {

std::int64_t size_of(const StoredEvent& event) {
  return static_cast<std::int64_t>(event.message.size()) + kEventOverhead;
}

}  // namespace

Group* LogStore::find(std::string_view name, Milliseconds now) {
  const auto found = groups_.find(name);
  if (found == groups_.end()) return nullptr;
  Group& group = found->second;
  if (group.retention_days) {
    for (auto& [unused, stream] : group.streams) expire(group, stream, now);
  }
  return &group;
}

Group& LogStore::make(std::string_view name, Milliseconds now) {
  return groups_.try_emplace(std::string(name), Group{.name = std::string(name), .created = now})
      .first->second;
}

Stream& LogStore::make_stream(Group& group, std::string_view name, Milliseconds now) {
  const auto [at, is_new] = group.streams.try_emplace(
      std::string(name), Stream{.name = std::string(name), .id = stream_ids_ + 1, .created = now});
  if (is_new) places_[++stream_ids_] = {&group, &at->second};
  return at->second;
}

void LogStore::remove(Group& group) {
  for (auto& [unused, stream] : group.streams) forget_events(group, stream);
  groups_.erase(groups_.find(group.name));
}

void LogStore::remove(Group& group, Stream& stream) {
  forget_events(group, stream);
  group.streams.erase(group.streams.find(stream.name));
}

void LogStore::forget_events(Group& group, Stream& stream) {
  while (!stream.events.empty()) erase(group, stream.events, stream.events.begin());
  places_.erase(stream.id);
}

EventKey LogStore::add(Group& group, Stream& stream, Milliseconds timestamp, Milliseconds now,
                       std::string message) {
  const EventKey key{timestamp, ++numbers_};
  const auto added = stream.events.emplace(key, StoredEvent{now, std::move(message)}).first;
  stream.last_ingested = now;
  const std::int64_t size = size_of(added->second);
  bytes_ += size;
  group.stored_bytes += size;
  group.incoming_bytes += size;
  ++group.incoming_events;
  arrivals_.push_back({stream.id, key});
  expire(group, stream, now);
  make_room();
  return key;
}

LogStore::Events::iterator LogStore::erase(Group& group, Events& events, Events::iterator at) {
  const std::int64_t size = size_of(at->second);
  bytes_ -= size;
  group.stored_bytes -= size;
  return events.erase(at);
}

void LogStore::expire(Group& group, Stream& stream, Milliseconds now) {
  if (!group.retention_days) return;
  const Milliseconds oldest = now - *group.retention_days * kDay;
  while (!stream.events.empty() && stream.events.begin()->first.timestamp < oldest)
    erase(group, stream.events, stream.events.begin());
}

void LogStore::make_room() {
  while (!arrivals_.empty()) {
    const Arrival& first = arrivals_.front();
    const auto place = places_.find(first.stream);
    if (place != places_.end()) {
      Events& events = place->second.stream->events;
      if (const auto found = events.find(first.key); found != events.end()) {
        if (bytes_ <= bytes_max_) return;
        erase(*place->second.group, events, found);
        ++dropped_;
      }
    }
    arrivals_.pop_front();
  }
}

}  // namespace emulator::logs
