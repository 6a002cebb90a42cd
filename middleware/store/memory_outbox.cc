#include "middleware/store/memory_outbox.h"

#include <utility>

#include "middleware/kernel/check.h"

namespace store {

using kernel::Task;
using kernel::Timestamp;

void MemoryOutbox::add(Callbacks callbacks, Timestamp now) {
  for (Callback& callback : callbacks) {
    if (numbers_.find(callback.id) == nullptr) enqueue({.callback = std::move(callback)}, now);
  }
}

void MemoryOutbox::enqueue(Entry entry, Timestamp due) {
  const Number number = ++last_number_;
  numbers_.at(entry.callback.id) = number;
  Entry& kept = pending_.emplace(number, std::move(entry)).first->second;
  if (kept.callback.lane.empty()) return set_due(number, kept, due);
  std::set<Number>& lane = lanes_[kept.callback.lane];
  lane.insert(number);
  if (*lane.begin() == number) set_due(number, kept, due);
}

void MemoryOutbox::set_due(Number number, Entry& entry, Timestamp due) {
  due_.erase({entry.due, number});
  entry.due = due;
  due_.insert({due, number});
}

MemoryOutbox::Entry MemoryOutbox::leave(Number number, Timestamp now) {
  auto node = pending_.extract(number);
  CHECK(!node.empty());
  Entry entry = std::move(node.mapped());
  due_.erase({entry.due, number});
  numbers_.erase(entry.callback.id);
  const auto lane = lanes_.find(entry.callback.lane);
  if (lane == lanes_.end()) return entry;
  lane->second.erase(number);
  if (lane->second.empty()) {
    lanes_.erase(lane);
    return entry;
  }
  const Number next = *lane->second.begin();
  set_due(next, pending_.at(next), now);
  return entry;
}

MemoryOutbox::Entry* MemoryOutbox::held(const std::string& id, std::uint64_t fence, Number& number) {
  const Number* found = numbers_.find(id);
  if (found == nullptr) return nullptr;
  const auto entry = pending_.find(*found);
  if (entry == pending_.end() || entry->second.fence != fence) return nullptr;
  number = *found;
  return &entry->second;
}

Task<TakenCallbacks> MemoryOutbox::take_callbacks(Timestamp now, Timestamp lease_until, int count_max) {
  TakenCallbacks taken;
  std::vector<Number> numbers;
  for (const Due& due : due_) {
    if (due.when > now || numbers.size() >= static_cast<std::size_t>(count_max)) break;
    numbers.push_back(due.number);
  }
  for (const Number number : numbers) {
    Entry& entry = pending_.at(number);
    entry.fence = ++last_fence_;
    entry.lease_until = lease_until;
    ++entry.deliveries;
    set_due(number, entry, lease_until);
    taken.works.push_back({.callback = entry.callback, .deliveries = entry.deliveries, .fence = entry.fence});
  }
  if (!due_.empty()) taken.next_due = due_.begin()->when;
  co_return taken;
}

Task<bool> MemoryOutbox::callback_delivered(std::string id, std::uint64_t fence, Timestamp now) {
  Number number = 0;
  if (held(id, fence, number) == nullptr) co_return false;
  leave(number, now);
  co_return true;
}

Task<bool> MemoryOutbox::park_callback(std::string id, std::uint64_t fence, Timestamp not_before,
                                       bool counts) {
  Number number = 0;
  Entry* entry = held(id, fence, number);
  if (entry == nullptr) co_return false;
  entry->lease_until = {};
  if (!counts) --entry->deliveries;
  set_due(number, *entry, not_before);
  co_return true;
}

Task<bool> MemoryOutbox::bury_callback(std::string id, std::uint64_t fence, Timestamp now, DeadCallback why) {
  Number number = 0;
  if (held(id, fence, number) == nullptr) co_return false;
  Entry entry = leave(number, now);
  why.callback = std::move(entry.callback);
  why.deliveries = entry.deliveries;
  why.died_at = now;
  numbers_.at(id) = ++last_number_;
  dead_.emplace(last_number_, std::move(why));
  co_return true;
}

Task<std::vector<DeadCallback>> MemoryOutbox::dead_callbacks(int count_max) {
  std::vector<DeadCallback> all;
  for (const auto& [number, callback] : dead_) {
    if (all.size() >= static_cast<std::size_t>(count_max)) break;
    all.push_back(callback);
  }
  co_return all;
}

Task<bool> MemoryOutbox::redrive_callback(std::string id, Timestamp now) {
  const Number* number = numbers_.find(id);
  if (number == nullptr || !dead_.contains(*number)) co_return false;
  auto node = dead_.extract(*number);
  enqueue({.callback = std::move(node.mapped().callback)}, now);
  co_return true;
}

OutboxCount MemoryOutbox::callback_count() const {
  return {.pending = static_cast<std::int64_t>(pending_.size()),
          .dead = static_cast<std::int64_t>(dead_.size())};
}

void MemoryOutbox::end_leases() {
  for (auto& [number, entry] : pending_) {
    if (std::exchange(entry.lease_until, Timestamp{}) == Timestamp{}) continue;
    entry.fence = ++last_fence_;
    set_due(number, entry, {});
  }
}

}  // namespace store
