#pragma once
// How many calls to one dependency may run at a time, and how many may wait for their turn.
//
// Source: facts/resilience 5. First in, first out; a slot that comes free goes to the queue before newcomers,
// and a waiter that gave up is no longer there to be woken.
#include <cstdint>
#include <deque>
#include <optional>

#include "middleware/kernel/time.h"

namespace core {

struct BulkheadRules {
  std::int64_t running_max = 25;  ///< >= 1
  std::int64_t waiting_max = 50;  ///< 0: nobody waits
  kernel::Duration wait_max = std::chrono::seconds{1};
  bool drops_oldest =
      false;  ///< a newcomer takes the place of who has waited longest, instead of being refused
};

class Bulkhead {
 public:
  using Ticket = std::uint64_t;
  explicit Bulkhead(BulkheadRules rules);

  enum class Entry : std::uint8_t { Runs, Waits, Full };
  struct Entered {
    Entry entry = Entry::Full;
    Ticket ticket = 0;                ///< of who waits
    std::optional<Ticket> dropped{};  ///< whose place it took
  };
  Entered enter();
  /// One that ran is over. The slot is free, or the waiter's whose ticket this is: it runs from now on.
  std::optional<Ticket> leave();
  /// A waiter goes away. False when it is no waiter: it runs, or was dropped.
  bool give_up(Ticket ticket);

  std::int64_t running() const { return running_; }
  std::int64_t waiting() const { return static_cast<std::int64_t>(queue_.size()); }
  const BulkheadRules& rules() const { return rules_; }

 private:
  BulkheadRules rules_;
  std::int64_t running_ = 0;
  std::deque<Ticket> queue_;
  Ticket last_ticket_ = 0;
};

}  // namespace core
