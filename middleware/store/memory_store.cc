#include "middleware/store/memory_store.h"

#include <algorithm>

namespace store {

using kernel::Task;
using kernel::Timestamp;

Task<Claim> MemoryStore::claim(std::string event, Timestamp now, Timestamp lease_until) {
  while (!to_forget_.empty() && to_forget_.front().when <= now) {
    records_.erase(to_forget_.front().event);
    to_forget_.pop_front();
  }
  Record& record = records_.at(event);
  if (record.is_done) co_return Claim{.kind = ClaimKind::Done, .fence = record.fence};
  if (record.lease_until > now) {
    co_return Claim{.kind = ClaimKind::InFlight, .fence = record.fence, .lease_until = record.lease_until};
  }
  ++record.fence;
  record.lease_until = lease_until;
  co_return Claim{
      .kind = ClaimKind::Claimed, .fence = record.fence, .steps = record.steps, .lease_until = lease_until};
}

MemoryStore::Record* MemoryStore::held(const std::string& event, std::uint64_t fence) {
  Record* record = records_.find(event);
  return record != nullptr && record->fence == fence && !record->is_done ? record : nullptr;
}

Task<bool> MemoryStore::write_step(std::string event, std::uint64_t fence, StepRecord step) {
  Record* record = held(event, fence);
  if (record == nullptr) co_return false;
  const auto found = std::ranges::find(record->steps, step.step, &StepRecord::step);
  if (found == record->steps.end()) {
    record->steps.push_back(std::move(step));
  } else {
    *found = std::move(step);
  }
  co_return true;
}

Task<bool> MemoryStore::done(std::string event, std::uint64_t fence, Timestamp now) {
  Record* record = held(event, fence);
  if (record == nullptr) co_return false;
  record->is_done = true;
  record->steps = {};
  to_forget_.push_back({now + keep_, std::move(event)});
  co_return true;
}

Task<bool> MemoryStore::release(std::string event, std::uint64_t fence) {
  Record* record = held(event, fence);
  if (record == nullptr) co_return false;
  record->lease_until = {};
  co_return true;
}

}  // namespace store
