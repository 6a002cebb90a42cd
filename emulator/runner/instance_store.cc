#include "emulator/runner/instance_store.h"

namespace emulator::runner {

using kernel::End;
using kernel::Task;
using kernel::Timestamp;

void InstanceStore::lose() {
  for (const std::string& event : accepted_) {
    journal_.ended(event, End::Lost, "middleware: accepted, and its memory gone");
  }
  accepted_.clear();
  for (const auto& [id, told] : callbacks_) {
    if (!told.is_dead)
      journal_.ended(told.event, End::Lost, "middleware: callback " + told.name + ", and its memory gone");
  }
  callbacks_.clear();
}

Task<store::ClaimKind> InstanceStore::accept(store::AcceptedEvent event, Timestamp now,
                                             std::int64_t waiting_max) {
  const std::string id = event.id;
  const store::ClaimKind kind = co_await memory_.accept(std::move(event), now, waiting_max);
  if (kind == store::ClaimKind::Accepted) {
    accepted_.insert(id);
    journal_.branched(id, 1);
  }
  co_return kind;
}

Task<bool> InstanceStore::done(std::string event, std::uint64_t fence, Timestamp now,
                               store::AppliedVersion applied, store::Callbacks callbacks) {
  auto ending = memory_.done(event, fence, now, std::move(applied), callbacks);
  if (!callbacks.empty()) ending = kept(std::move(ending), std::move(callbacks));
  return accepted_.contains(event) ? ended(event, std::move(ending), End::Delivered) : std::move(ending);
}

Task<bool> InstanceStore::bury(std::string event, std::uint64_t fence, Timestamp now, store::DeadLetter why,
                               store::Callbacks callbacks) {
  auto ending = memory_.bury(event, fence, now, std::move(why), callbacks);
  if (!callbacks.empty()) ending = kept(std::move(ending), std::move(callbacks));
  return ended(event, std::move(ending), End::DeadLettered);
}

/// Told before the event's own end: it goes on.
Task<bool> InstanceStore::kept(Task<bool> ending, store::Callbacks callbacks) {
  if (!co_await std::move(ending)) co_return false;
  for (const store::Callback& callback : callbacks) {
    const bool is_new = callbacks_.try_emplace(callback.id, callback.event, callback.name).second;
    if (is_new) journal_.branched(callback.event, 1);
  }
  co_return true;
}

Task<bool> InstanceStore::callback_delivered(std::string id, std::uint64_t fence, Timestamp now) {
  return told(id, memory_.outbox().callback_delivered(id, fence, now), End::Delivered);
}

Task<bool> InstanceStore::bury_callback(std::string id, std::uint64_t fence, Timestamp now,
                                        store::DeadCallback why) {
  return told(id, memory_.outbox().bury_callback(id, fence, now, std::move(why)), End::DeadLettered);
}

Task<bool> InstanceStore::told(std::string id, Task<bool> ending, End end) {
  const bool is_ended = co_await std::move(ending);
  if (!is_ended) co_return false;
  const auto found = callbacks_.find(id);
  if (found == callbacks_.end()) co_return true;
  Told& told = found->second;
  told.is_dead = end == End::DeadLettered;
  journal_.ended(told.event, end, "middleware: callback " + told.name + (told.is_dead ? ": dead" : ""));
  if (!told.is_dead) callbacks_.erase(found);
  co_return true;
}

Task<bool> InstanceStore::redrive_callback(std::string id, Timestamp now) {
  const bool is_there = co_await memory_.outbox().redrive_callback(id, now);
  if (!is_there) co_return false;
  Told& told = callbacks_.at(id);
  told.is_dead = false;
  journal_.branched(told.event, 1);
  co_return true;
}

Task<bool> InstanceStore::ended(std::string event, Task<bool> ending, End end) {
  const bool is_ended = co_await std::move(ending);
  if (is_ended && accepted_.erase(event) > 0) {
    journal_.ended(event, end, end == End::Delivered ? "middleware" : "middleware: dead letter");
  }
  co_return is_ended;
}

Task<bool> InstanceStore::redrive(std::string event, Timestamp now) {
  const bool is_there = co_await memory_.redrive(event, now);
  if (is_there) {
    accepted_.insert(event);
    journal_.branched(event, 1);
  }
  co_return is_there;
}

}  // namespace emulator::runner
