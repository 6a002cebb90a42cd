#include "emulator/sim/virtual_scheduler.h"

#include <algorithm>

namespace emulator::sim {

kernel::TimerId VirtualScheduler::call_at(kernel::Timestamp when, kernel::Action action) {
  return queue_.push(std::max(when, now_), std::move(action));
}

bool VirtualScheduler::step() {
  if (queue_.empty()) return false;
  now_ = queue_.next_time();
  ++timers_run_;
  queue_.pop()();
  return true;
}

void VirtualScheduler::run_until(kernel::Timestamp end) {
  while (!queue_.empty() && queue_.next_time() <= end) step();
  now_ = std::max(now_, end);
}

}  // namespace emulator::sim
