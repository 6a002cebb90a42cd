#pragma once
// The places of a bulkhead, and the waiting for one (facts/resilience 5).
#include <map>

#include "middleware/core/bulkhead.h"
#include "middleware/kernel/wait.h"

namespace service {

class Slots {
 public:
  /// The scheduler outlives it, and it outlives its slots and waiters.
  Slots(core::BulkheadRules rules, kernel::Scheduler& scheduler) : bulkhead_(rules), scheduler_(scheduler) {}
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;

  /// A place, or none. It is free again when this goes.
  class Slot {
   public:
    Slot() = default;
    Slot(Slot&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)) {}
    Slot& operator=(Slot&& other) noexcept {
      std::swap(slots_, other.slots_);
      return *this;
    }
    ~Slot() { release(); }
    void release() {
      if (slots_ != nullptr) std::exchange(slots_, nullptr)->leave();
    }
    explicit operator bool() const { return slots_ != nullptr; }

   private:
    friend class Slots;
    explicit Slot(Slots& slots) : slots_(&slots) {}
    Slots* slots_ = nullptr;
  };

  struct Entered {
    core::Bulkhead::Entry entry;
    Slot slot{};                        ///< of Runs
    core::Bulkhead::Ticket ticket = 0;  ///< of Waits: wait() with it, at once
  };
  Entered enter();
  /// A place, or none when it did not come by `until`.
  kernel::Task<Slot> wait(core::Bulkhead::Ticket ticket, kernel::Timestamp until);

  const core::Bulkhead& bulkhead() const { return bulkhead_; }

 private:
  /// Stands in the queue as long as it lives.
  class Place {
   public:
    Place(Slots& slots, core::Bulkhead::Ticket ticket);
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();
    /// What it was given.
    Slot take();

    kernel::Arrival<bool> turn;  ///< true: a place; false: dropped
    bool has_place = false;

   private:
    Slots& slots_;
    core::Bulkhead::Ticket ticket_;
  };
  void leave();
  void call_up(core::Bulkhead::Ticket ticket, bool has_place);
  static kernel::Task<bool> turn_of(kernel::Arrival<bool> turn) { co_return co_await turn.wait(); }

  core::Bulkhead bulkhead_;
  kernel::Scheduler& scheduler_;
  std::map<core::Bulkhead::Ticket, Place*> places_;
};

}  // namespace service
