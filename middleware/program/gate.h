#pragma once
// How many requests are worked on at once. The next ones wait their turn for a moment, in the order in which
// they came; who comes to a full queue is told to come again (facts/resilience 12.15).
#include <cstddef>
#include <list>
#include <string_view>

#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/wait.h"

namespace program {

struct GateRules {
  std::size_t running_max = 256;
  std::size_t waiting_max = 256;
  kernel::Duration waiting_time = std::chrono::seconds{2};
};

class Gate {
 public:
  Gate(kernel::Scheduler& scheduler, GateRules rules) : scheduler_(scheduler), rules_(rules) {}
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// One of the running, given back when it goes.
  class [[nodiscard]] Place {
   public:
    explicit Place(Gate* gate) : gate_(gate) {}
    Place(Place&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    Place(const Place&) = delete;
    ~Place() {
      if (gate_ != nullptr) gate_->leave();
    }
    explicit operator bool() const { return gate_ != nullptr; }

   private:
    Gate* gate_;
  };

  /// Nothing (false) when the queue is full, or the turn did not come in time.
  kernel::Task<Place> enter();

  void set_rules(GateRules rules) { rules_ = rules; }
  std::size_t running() const { return running_; }
  std::size_t waiting() const { return queue_.size(); }
  std::uint64_t shed() const { return shed_; }

 private:
  struct Waiter;
  void leave();

  kernel::Scheduler& scheduler_;
  GateRules rules_;
  std::size_t running_ = 0;
  std::uint64_t shed_ = 0;
  std::list<Waiter*> queue_;
};

}  // namespace program
