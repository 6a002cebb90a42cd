#include "emulator/runner/shared_store.h"

#include <utility>

#include "middleware/kernel/wait.h"

namespace emulator::runner {

using kernel::Task;
using kernel::Timestamp;

void SharedStore::begin(StoreFault fault) {
  fault_ = fault;
  journal_.transition({.kind = "store",
                       .subject = "middleware",
                       .from = "available",
                       .to = is_gone() ? "unavailable" : "slow",
                       .why = "by the timeline"});
}

void SharedStore::end() {
  const bool was_gone = is_gone();
  fault_.reset();
  journal_.transition({.kind = "store",
                       .subject = "middleware",
                       .from = was_gone ? "unavailable" : "slow",
                       .to = "available",
                       .why = "by the timeline"});
}

std::optional<kernel::Error> SharedStore::trouble() const {
  if (!is_gone()) return std::nullopt;
  return kernel::Error{kernel::ErrorCode::Infrastructure, "the store: there is no session"};
}

template <class T>
Task<T> SharedStore::pass(Task<T> call, T when_gone) {
  if (fault_ && !is_gone()) co_await kernel::sleep_for_duration(scheduler_, fault_->slow);
  if (is_gone()) co_return when_gone;
  co_return co_await std::move(call);
}

Task<store::Claim> SharedStore::claim(std::string event, Timestamp now, Timestamp lease_until,
                                      store::Fingerprint fingerprint) {
  return pass(kept_.claim(std::move(event), now, lease_until, fingerprint),
              store::Claim{.kind = store::ClaimKind::Failed});
}

Task<bool> SharedStore::write_step(std::string event, std::uint64_t fence, store::StepRecord record) {
  return pass(kept_.write_step(std::move(event), fence, std::move(record)), false);
}

Task<bool> SharedStore::write_applied(std::string event, std::uint64_t fence, Timestamp now,
                                      store::StepRecord record, store::AppliedVersion applied) {
  return pass(kept_.write_applied(std::move(event), fence, now, std::move(record), std::move(applied)),
              false);
}

Task<bool> SharedStore::done(std::string event, std::uint64_t fence, Timestamp now,
                             store::AppliedVersion applied, store::Callbacks callbacks) {
  return pass(kept_.done(std::move(event), fence, now, std::move(applied), std::move(callbacks)), false);
}

Task<bool> SharedStore::release(std::string event, std::uint64_t fence) {
  return pass(kept_.release(std::move(event), fence), false);
}

Task<store::ClaimKind> SharedStore::accept(store::AcceptedEvent event, Timestamp now,
                                           std::int64_t waiting_max) {
  return pass(kept_.accept(std::move(event), now, waiting_max), store::ClaimKind::Failed);
}

Task<store::Taken> SharedStore::take(Timestamp now, Timestamp lease_until, int count_max) {
  return pass(kept_.take(now, lease_until, count_max), store::Taken{});
}

Task<bool> SharedStore::park(std::string event, std::uint64_t fence, Timestamp not_before, bool counts) {
  return pass(kept_.park(std::move(event), fence, not_before, counts), false);
}

Task<bool> SharedStore::bury(std::string event, std::uint64_t fence, Timestamp now, store::DeadLetter why,
                             store::Callbacks callbacks) {
  return pass(kept_.bury(std::move(event), fence, now, std::move(why), std::move(callbacks)), false);
}

Task<std::vector<store::DeadLetter>> SharedStore::dead_letters(int count_max) {
  return pass(kept_.dead_letters(count_max), {});
}

Task<bool> SharedStore::redrive(std::string event, Timestamp now) {
  return pass(kept_.redrive(std::move(event), now), false);
}

Task<std::string> SharedStore::applied_version(std::string record) {
  return pass(kept_.applied_version(std::move(record)), {});
}

Task<store::TakenCallbacks> SharedStore::take_callbacks(Timestamp now, Timestamp lease_until, int count_max) {
  return pass(kept_.outbox().take_callbacks(now, lease_until, count_max), {});
}

Task<bool> SharedStore::callback_delivered(std::string id, std::uint64_t fence, Timestamp now) {
  return pass(kept_.outbox().callback_delivered(std::move(id), fence, now), false);
}

Task<bool> SharedStore::park_callback(std::string id, std::uint64_t fence, Timestamp not_before,
                                      bool counts) {
  return pass(kept_.outbox().park_callback(std::move(id), fence, not_before, counts), false);
}

Task<bool> SharedStore::bury_callback(std::string id, std::uint64_t fence, Timestamp now,
                                      store::DeadCallback why) {
  return pass(kept_.outbox().bury_callback(std::move(id), fence, now, std::move(why)), false);
}

Task<std::vector<store::DeadCallback>> SharedStore::dead_callbacks(int count_max) {
  return pass(kept_.outbox().dead_callbacks(count_max), {});
}

Task<bool> SharedStore::redrive_callback(std::string id, Timestamp now) {
  return pass(kept_.outbox().redrive_callback(std::move(id), now), false);
}

}  // namespace emulator::runner
