#pragma once
// The heap of pending timers that both schedulers stand on: earliest first, equal times in the order of
// asking.
#include <cstdint>
#include <vector>

#include "middleware/kernel/scheduler.h"

namespace kernel {

/// Not thread-safe. Push, pop and cancel cost O(log n); a cancelled timer's heap entry is swept when such
/// entries outnumber the live ones.
class TimerQueue {
 public:
  TimerId push(Timestamp when, Action action);
  bool cancel(TimerId id);

  bool empty() const { return live_ == 0; }
  std::size_t size() const { return live_; }

  /// Time of the earliest live timer. The queue must not be empty.
  Timestamp next_time();

  /// Removes the earliest live timer and hands out its action. The queue must not be empty.
  Action pop();

 private:
  struct Entry {
    std::int64_t when;
    std::uint64_t sequence;
    std::uint32_t slot;
    std::uint32_t generation;
  };
  struct Slot {
    Action action;
    std::uint32_t generation = 1;
    std::uint32_t next_free = 0;
  };

  static bool earlier(const Entry& a, const Entry& b) {
    return a.when != b.when ? a.when < b.when : a.sequence < b.sequence;
  }
  void sift_up(std::size_t index);
  void sift_down(std::size_t index);
  void remove_top();
  void drop_dead_tops();
  void sweep();
  void release(std::uint32_t slot);

  std::vector<Entry> heap_;
  std::vector<Slot> slots_;
  std::uint32_t first_free_ = kNoSlot;
  std::uint64_t next_sequence_ = 0;
  std::size_t live_ = 0;

  static constexpr std::uint32_t kNoSlot = 0xFFFF'FFFF;
};

}  // namespace kernel
