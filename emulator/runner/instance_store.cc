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
                               store::AppliedVersion applied) {
  if (!accepted_.contains(event)) return memory_.done(std::move(event), fence, now, std::move(applied));
  return ended(event, memory_.done(event, fence, now, std::move(applied)), End::Delivered);
}

Task<bool> InstanceStore::bury(std::string event, std::uint64_t fence, Timestamp now, store::DeadLetter why) {
  return ended(event, memory_.bury(event, fence, now, std::move(why)), End::DeadLettered);
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
