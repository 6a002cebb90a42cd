#pragma once
// The events of a run as far as the loop thread has to remember them: those in flight, and the last 16,384
// that ended, so that a late duplicate or a second end still finds its event. Older ones are looked up in the
// file, by Writer::seal.
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "emulator/hoplog/batch.h"
#include "emulator/hoplog/flat_map.h"
#include "middleware/kernel/journal.h"

namespace emulator::hoplog {

/// How many events there are, for the one who runs a scenario.
struct EventCounts {
  std::uint64_t published = 0;  ///< refused ones included
  std::uint64_t in_flight = 0;
  std::uint64_t ended_again = 0;  ///< ends of events that had no open branch
  /// By the latest word of each event, worst end counting; see kernel::End.
  std::array<std::uint64_t, 6> by_end{};

  std::uint64_t of(kernel::End end) const { return by_end[static_cast<std::size_t>(end)]; }
};

struct KnownEvent {
  TextKey key;
  std::uint64_t id = 0;   ///< events.id; 0 in a free slot
  std::int32_t open = 0;  ///< branches under way
  NameId where = 0;       ///< of the worst end so far
  kernel::End worst{};
  bool has_end = false;     ///< some branch ended
  bool was_over = false;    ///< all branches ended at least once
  bool is_waiting = false;  ///< stands in the queue of those to be forgotten
};

class KnownEvents {
 public:
  static constexpr std::uint32_t kNone = FlatMap<TextKey>::kNone;
  static constexpr std::size_t kEndedMax = 16'384;

  std::uint32_t find(std::string_view uuid) const {
    return uuid.empty() ? kNone : slots_of_.find(key_of(uuid));
  }
  KnownEvent& at(std::uint32_t slot) { return slots_[slot]; }

  /// `uuid` must be new. The id counts up from 1.
  std::uint32_t add(std::string_view uuid) {
    std::uint32_t slot = 0;
    if (free_.empty()) {
      slot = static_cast<std::uint32_t>(slots_.size());
      slots_.emplace_back();
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    slots_[slot] = {.key = key_of(uuid), .id = ++last_id_};
    slots_of_.insert(slots_[slot].key, slot);
    return slot;
  }

  /// Remembers an event that is over for a while yet. Returns the slot of the one that is forgotten for it,
  /// or kNone.
  std::uint32_t retire(std::uint32_t slot) {
    if (slots_[slot].is_waiting) return kNone;
    slots_[slot].is_waiting = true;
    if (ended_.size() < kEndedMax) {
      ended_.push_back(slot);
      return kNone;
    }
    const std::uint32_t oldest = ended_[next_];
    ended_[next_] = slot;
    next_ = (next_ + 1) % kEndedMax;
    slots_[oldest].is_waiting = false;
    if (slots_[oldest].open > 0) return kNone;  // under way again: retires anew when that is over
    slots_of_.erase(slots_[oldest].key);
    slots_[oldest] = {};
    free_.push_back(oldest);
    return oldest;
  }

  /// Those in flight, by their ids.
  std::vector<std::uint32_t> in_flight() const;

 private:
  std::vector<KnownEvent> slots_;
  std::vector<std::uint32_t> free_;
  FlatMap<TextKey> slots_of_;
  std::vector<std::uint32_t> ended_;  ///< a ring once it is full
  std::size_t next_ = 0;
  std::uint64_t last_id_ = 0;
};

}  // namespace emulator::hoplog
