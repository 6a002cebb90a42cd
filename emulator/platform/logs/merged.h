#pragma once
// The events of several streams in one order.
#include <map>
#include <optional>

#include "emulator/platform/logs/store.h"

namespace emulator::logs {

class Merged {
 public:
  /// From `place` on.
  explicit Merged(EventKey place) : place_(place) {}

  /// The stream stays as it is while this is read.
  void add(const Stream& stream) {
    const auto at = stream.events.lower_bound(place_);
    if (at != stream.events.end()) heads_.emplace(at->first, Head{&stream, at});
  }

  struct Next {
    const Stream* stream;
    const EventKey* key;
    const StoredEvent* event;
  };
  std::optional<Next> next() {
    if (heads_.empty()) return std::nullopt;
    Head head = heads_.begin()->second;
    heads_.erase(heads_.begin());
    const Next found{head.stream, &head.at->first, &head.at->second};
    if (++head.at != head.stream->events.end()) heads_.emplace(head.at->first, head);
    return found;
  }

 private:
  struct Head {
    const Stream* stream;
    std::map<EventKey, StoredEvent>::const_iterator at;
  };
  EventKey place_;
  std::map<EventKey, Head> heads_;
};

}  // namespace emulator::logs
