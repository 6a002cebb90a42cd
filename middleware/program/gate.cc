#include "middleware/program/gate.h"

#include <utility>

namespace program {

/// Stands in the queue, or holds a place that nobody has taken yet.
struct Gate::Waiter {
  explicit Waiter(Gate& its_gate) : gate(its_gate), turn(its_gate.scheduler_) { gate.queue_.push_back(this); }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() {
    if (is_granted) gate.leave();
    if (!is_granted && !is_taken) gate.queue_.remove(this);
  }
  Place take() {
    is_granted = false;
    is_taken = true;
    return Place(&gate);
  }
  Gate& gate;
  kernel::Signal turn;
  bool is_granted = false;
  bool is_taken = false;
};

namespace {

/// Ends with the signal; with_deadline ends it earlier.
kernel::Task<bool> heard(kernel::Signal& signal) {
  co_await signal.wait();
  co_return true;
}

}  // namespace

kernel::Task<Gate::Place> Gate::enter() {
  if (running_ < rules_.running_max) {
    ++running_;
    co_return Place(this);
  }
  if (queue_.size() >= rules_.waiting_max) {
    ++shed_;
    co_return Place(nullptr);
  }
  Waiter waiter(*this);
  co_await kernel::with_deadline(scheduler_, scheduler_.now() + rules_.waiting_time, heard(waiter.turn));
  if (waiter.is_granted) co_return waiter.take();
  ++shed_;
  co_return Place(nullptr);
}

void Gate::leave() {
  --running_;
  if (queue_.empty() || running_ >= rules_.running_max) return;
  Waiter* const first = queue_.front();
  queue_.pop_front();
  ++running_;
  first->is_granted = true;
  first->turn.notify_all();
}

}  // namespace program
