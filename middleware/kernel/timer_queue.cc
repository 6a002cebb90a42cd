#include "middleware/kernel/timer_queue.h"

#include <algorithm>
#include <utility>

#include "middleware/kernel/check.h"

namespace kernel {
namespace {
constexpr std::size_t kArity = 4;  // flatter than a binary heap: fewer cache lines a pop
constexpr std::size_t kSweepFrom = 1024;
}  // namespace

TimerId TimerQueue::push(Timestamp when, Action action) {
  std::uint32_t slot = first_free_;
  if (slot == kNoSlot) {
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    first_free_ = slots_[slot].next_free;
  }
  slots_[slot].action = std::move(action);
  const std::uint32_t generation = slots_[slot].generation;
  heap_.push_back({nanoseconds(when), next_sequence_++, slot, generation});
  sift_up(heap_.size() - 1);
  ++live_;
  return {slot, generation};
}

bool TimerQueue::cancel(TimerId id) {
  if (!id || id.slot >= slots_.size() || slots_[id.slot].generation != id.generation) return false;
  const Action dropped = std::move(slots_[id.slot].action);
  release(id.slot);
  if (heap_.size() > kSweepFrom && live_ < heap_.size() / 2) sweep();
  return true;
}

Timestamp TimerQueue::next_time() {
  drop_dead_tops();
  CHECK(!heap_.empty());
  return at(Duration{heap_.front().when});
}

Action TimerQueue::pop() {
  drop_dead_tops();
  CHECK(!heap_.empty());
  const std::uint32_t slot = heap_.front().slot;
  remove_top();
  Action action = std::move(slots_[slot].action);
  release(slot);
  return action;
}

void TimerQueue::release(std::uint32_t slot) {
  Slot& freed = slots_[slot];
  freed.action = nullptr;
  if (++freed.generation == 0) freed.generation = 1;
  freed.next_free = first_free_;
  first_free_ = slot;
  --live_;
}

void TimerQueue::drop_dead_tops() {
  while (!heap_.empty() && slots_[heap_.front().slot].generation != heap_.front().generation) remove_top();
}

void TimerQueue::remove_top() {
  heap_.front() = heap_.back();
  heap_.pop_back();
  if (!heap_.empty()) sift_down(0);
}

void TimerQueue::sweep() {
  std::erase_if(heap_, [this](const Entry& e) { return slots_[e.slot].generation != e.generation; });
  std::sort(heap_.begin(), heap_.end(), earlier);  // a sorted array is a heap
}

void TimerQueue::sift_up(std::size_t index) {
  const Entry entry = heap_[index];
  while (index > 0) {
    const std::size_t parent = (index - 1) / kArity;
    if (!earlier(entry, heap_[parent])) break;
    heap_[index] = heap_[parent];
    index = parent;
  }
  heap_[index] = entry;
}

void TimerQueue::sift_down(std::size_t index) {
  const Entry entry = heap_[index];
  const std::size_t size = heap_.size();
  while (true) {
    const std::size_t first = index * kArity + 1;
    if (first >= size) break;
    std::size_t best = first;
    const std::size_t last = std::min(first + kArity, size);
    for (std::size_t child = first + 1; child < last; ++child) {
      if (earlier(heap_[child], heap_[best])) best = child;
    }
    if (!earlier(heap_[best], entry)) break;
    heap_[index] = heap_[best];
    index = best;
  }
  heap_[index] = entry;
}

}  // namespace kernel
