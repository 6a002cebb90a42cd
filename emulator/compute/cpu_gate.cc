#include "emulator/compute/cpu_gate.h"

#include <utility>

namespace emulator::compute {

using kernel::TimerId;

CpuGate::~CpuGate() {
  outer_.cancel(opening_);
  for (const Slot& slot : slots_) {
    if (slot.is_used) outer_.cancel(slot.outer);
  }
}

TimerId CpuGate::call_at(kernel::Timestamp when, kernel::Action action) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  slots_[index].action = std::move(action);
  slots_[index].is_used = true;
  slots_[index].outer = outer_.call_at(when, [this, index] { due(index); });
  return {index, slots_[index].generation};
}

bool CpuGate::cancel(TimerId id) {
  if (!id || id.slot >= slots_.size()) return false;
  const Slot& slot = slots_[id.slot];
  if (!slot.is_used || slot.generation != id.generation) return false;
  outer_.cancel(slot.outer);
  release(id.slot);
  return true;
}

kernel::Action CpuGate::release(std::uint32_t index) {
  Slot& slot = slots_[index];
  kernel::Action action = std::move(slot.action);
  slot.action = {};
  slot.outer = {};
  slot.is_used = false;
  ++slot.generation;
  free_.push_back(index);
  return action;
}

void CpuGate::due(std::uint32_t index) {
  slots_[index].outer = {};
  if (runs_at_once()) return run(index);
  held_.push_back({index, slots_[index].generation});
}

void CpuGate::run(std::uint32_t index) { release(index)(); }

void CpuGate::open() {
  if (std::exchange(is_open_, true) || held_.empty()) return;
  outer_.cancel(opening_);
  opening_ = outer_.call_soon([this] { run_held(); });
}

void CpuGate::run_held() {
  opening_ = {};
  while (is_open_ && !held_.empty()) {
    const TimerId next = held_.front();
    held_.pop_front();
    const Slot& slot = slots_[next.slot];
    if (slot.is_used && slot.generation == next.generation) run(next.slot);
  }
}

// The answer stays in its task: a flow that waits for CPU holds no second one.
kernel::Task<kernel::HttpResult> GatedClient::send(kernel::HttpRequest request, kernel::Timestamp deadline) {
  co_await gate_.turn();
  auto sending = client_.send(std::move(request), deadline);
  co_await sending.ended();
  co_await gate_.turn();
  co_return [&sending] { return sending.take(); };
}

}  // namespace emulator::compute
