#include "middleware/store/memory_store.h"

#include <algorithm>

#include "middleware/kernel/check.h"

namespace store {

using kernel::Task;
using kernel::Timestamp;

namespace {

void put(std::vector<StepRecord>& steps, StepRecord step) {
  const auto found = std::ranges::find(steps, step.step, &StepRecord::step);
  if (found == steps.end()) {
    steps.push_back(std::move(step));
  } else {
    *found = std::move(step);
  }
}

}  // namespace

bool MemoryStore::is_leased(const Record& record, Timestamp now) const {
  return record.lease_until > now && record.fence >> kGenerationShift == generation_;
}

std::uint64_t MemoryStore::next_fence(const Record& record) const {
  return std::max(record.fence, generation_ << kGenerationShift) + 1;
}

bool MemoryStore::is_other(const Fingerprint& kept, const Fingerprint& said) {
  return kept != Fingerprint{} && said != Fingerprint{} && kept != said;
}

std::optional<ClaimKind> MemoryStore::over(std::string_view event, const Fingerprint& fingerprint,
                                           Timestamp now) {
  done_.forget(now);
  const Fingerprint* kept = done_.find(event);
  if (kept == nullptr) return std::nullopt;
  return is_other(*kept, fingerprint) ? ClaimKind::OtherPayload : ClaimKind::Done;
}

ClaimKind MemoryStore::known(const Record& record, const Fingerprint& fingerprint) {
  if (is_other(record.fingerprint, fingerprint)) return ClaimKind::OtherPayload;
  if (record.state == State::Dead) return ClaimKind::Dead;
  return record.own ? ClaimKind::Waiting : ClaimKind::Claimed;
}

Task<Claim> MemoryStore::claim(std::string event, Timestamp now, Timestamp lease_until,
                               Fingerprint fingerprint) {
  if (const auto kind = over(event, fingerprint, now)) co_return Claim{.kind = *kind};
  Record& record = records_.at(event);
  const ClaimKind found = known(record, fingerprint);
  if (found != ClaimKind::Claimed) co_return Claim{.kind = found, .fence = record.fence};
  if (is_leased(record, now)) {
    co_return Claim{.kind = ClaimKind::InFlight, .fence = record.fence, .lease_until = record.lease_until};
  }
  record.fence = next_fence(record);
  record.lease_until = lease_until;
  record.fingerprint = fingerprint;
  co_return Claim{
      .kind = ClaimKind::Claimed, .fence = record.fence, .steps = record.steps, .lease_until = lease_until};
}

MemoryStore::Record* MemoryStore::held(const std::string& event, std::uint64_t fence) {
  Record* record = records_.find(event);
  return record != nullptr && record->fence == fence && record->state == State::Open ? record : nullptr;
}

Task<bool> MemoryStore::write_step(std::string event, std::uint64_t fence, StepRecord step) {
  Record* record = held(event, fence);
  if (record == nullptr) co_return false;
  put(record->steps, std::move(step));
  co_return true;
}

Task<bool> MemoryStore::write_applied(std::string event, std::uint64_t fence, Timestamp, StepRecord step,
                                      AppliedVersion applied) {
  Record* record = held(event, fence);
  if (record == nullptr) co_return false;
  put(record->steps, std::move(step));
  apply(std::move(applied));
  co_return true;
}

void MemoryStore::apply(AppliedVersion applied) {
  if (applied.record.empty()) return;
  std::string& newest = versions_.at(applied.record);
  newest = std::max(newest, std::move(applied.version));
}

Task<bool> MemoryStore::done(std::string event, std::uint64_t fence, Timestamp now, AppliedVersion applied,
                             Callbacks callbacks) {
  Record* record = held(event, fence);
  if (record == nullptr) co_return false;
  if (record->own) leave_lane(*record->own, now);
  apply(std::move(applied));
  outbox_.add(std::move(callbacks), now);
  done_.add(event, record->fingerprint, now + keep_);
  records_.erase(event);
  co_return true;
}

Task<bool> MemoryStore::release(std::string event, std::uint64_t fence) {
  Record* record = held(event, fence);
  if (record == nullptr) co_return false;
  record->lease_until = {};
  co_return true;
}

Task<ClaimKind> MemoryStore::accept(AcceptedEvent event, Timestamp now, std::int64_t waiting_max) {
  if (const auto kind = over(event.id, event.fingerprint, now)) co_return *kind;
  if (const Record* record = records_.find(event.id)) {
    const ClaimKind found = known(*record, event.fingerprint);
    // Its caller kept it so far, and has it kept by us from now on; but not while somebody works on it.
    if (found != ClaimKind::Claimed) co_return found;
    if (is_leased(*record, now)) co_return ClaimKind::InFlight;
  }
  if (static_cast<std::int64_t>(waiting_) >= waiting_max) co_return ClaimKind::Full;
  Record& record = records_.at(event.id);
  record.fingerprint = event.fingerprint;
  record.own = std::make_unique<Own>();
  record.own->event = std::move(event);
  enqueue(*record.own, now);
  co_return ClaimKind::Accepted;
}

void MemoryStore::enqueue(Own& own, Timestamp due) {
  own.number = ++last_number_;
  waiting_events_.emplace(own.number, own.event.id);
  ++waiting_;
  if (own.event.lane.empty()) return set_due(own, due);
  std::set<Number>& lane = lanes_[own.event.lane];
  lane.insert(own.number);
  if (*lane.begin() == own.number) set_due(own, due);
}

void MemoryStore::set_due(Own& own, Timestamp due) {
  due_.erase({own.due, own.number});
  own.due = due;
  due_.insert({due, own.number});
}

void MemoryStore::leave_lane(Own& own, Timestamp now) {
  due_.erase({own.due, own.number});
  waiting_events_.erase(own.number);
  --waiting_;
  const auto lane = lanes_.find(own.event.lane);
  if (lane == lanes_.end()) return;
  lane->second.erase(own.number);
  if (lane->second.empty()) {
    lanes_.erase(lane);
    return;
  }
  Record* next = records_.find(waiting_events_.at(*lane->second.begin()));
  CHECK(next != nullptr && next->own);
  set_due(*next->own, now);
}

Task<Taken> MemoryStore::take(Timestamp now, Timestamp lease_until, int count_max) {
  Taken taken;
  std::vector<Number> numbers;
  for (const Due& due : due_) {
    if (due.when > now || numbers.size() >= static_cast<std::size_t>(count_max)) break;
    numbers.push_back(due.number);
  }
  for (const Number number : numbers) {
    Record& record = *records_.find(waiting_events_.at(number));
    record.fence = next_fence(record);
    record.lease_until = lease_until;
    ++record.own->deliveries;
    set_due(*record.own, lease_until);
    taken.works.push_back({.event = record.own->event,
                           .deliveries = record.own->deliveries,
                           .fence = record.fence,
                           .steps = record.steps});
  }
  if (!due_.empty()) taken.next_due = due_.begin()->when;
  co_return taken;
}

Task<bool> MemoryStore::park(std::string event, std::uint64_t fence, Timestamp not_before, bool counts) {
  Record* record = held(event, fence);
  if (record == nullptr || !record->own) co_return false;
  record->lease_until = {};
  if (!counts) --record->own->deliveries;
  set_due(*record->own, not_before);
  co_return true;
}

Task<bool> MemoryStore::bury(std::string event, std::uint64_t fence, Timestamp now, DeadLetter why,
                             Callbacks callbacks) {
  Record* record = held(event, fence);
  if (record == nullptr || !record->own) co_return false;
  Own& own = *record->own;
  leave_lane(own, now);
  record->state = State::Dead;
  why.event = own.event;
  why.deliveries = own.deliveries;
  why.died_at = now;
  own.death = std::move(why);
  own.number = ++last_number_;
  dead_.emplace(own.number, std::move(event));
  outbox_.add(std::move(callbacks), now);
  co_return true;
}

Task<std::vector<DeadLetter>> MemoryStore::dead_letters(int count_max) {
  std::vector<DeadLetter> letters;
  for (const auto& [number, event] : dead_) {
    if (letters.size() >= static_cast<std::size_t>(count_max)) break;
    letters.push_back(records_.find(event)->own->death);
  }
  co_return letters;
}

Task<bool> MemoryStore::redrive(std::string event, Timestamp now) {
  Record* record = records_.find(event);
  if (record == nullptr || record->state != State::Dead) co_return false;
  Own& own = *record->own;
  dead_.erase(own.number);
  own.death = {};
  own.deliveries = 0;
  record->state = State::Open;
  record->lease_until = {};
  enqueue(own, now);
  co_return true;
}

void MemoryStore::end_leases() {
  ++generation_;
  for (const auto& [number, event] : waiting_events_) {
    Record& record = *records_.find(event);
    if (std::exchange(record.lease_until, Timestamp{}) != Timestamp{}) set_due(*record.own, {});
  }
  outbox_.end_leases();
}

Task<std::string> MemoryStore::applied_version(std::string record) {
  const std::string* newest = versions_.find(record);
  co_return newest == nullptr ? std::string{} : *newest;
}

}  // namespace store
