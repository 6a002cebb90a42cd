// The outbox of the shared store.
#include <algorithm>
#include <utility>

#include "middleware/store/postgres_outbox.h"
#include "middleware/store/postgres_store_parts.h"

namespace store {

using kernel::Task;
using kernel::Timestamp;

Task<TakenCallbacks> PostgresStore::take_callbacks(Timestamp now, Timestamp lease_until, int count_max) {
  TakenCallbacks taken;
  auto due = co_await first_due(true);
  if (due && *due <= wall(now)) {
    taken.works = co_await run<std::vector<CallbackWork>>(
        [this, now, lease_until, count_max](PostgresSession& session) {
          return postgres::take_callbacks(session, wall(now), wall(lease_until), count_max);
        },
        {});
    due = co_await first_due(true);
    if (due && taken.works.empty()) due = std::max(*due, wall(scheduler_.now() + kSkippedWait));
  }
  if (due) taken.next_due = from_wall(*due);
  co_return taken;
}

Task<bool> PostgresStore::end_callback(std::string id, std::uint64_t fence, Timestamp now,
                                       std::optional<DeadCallback> why) {
  const bool is_dead = why.has_value();
  const bool is_held = co_await run<bool>(
      [this, id = std::move(id), fence, now, why = std::move(why)](PostgresSession& session) {
        return postgres::end_callback(session, id, fence, wall(now), why);
      },
      false);
  if (is_held) change(0, -1, is_dead ? 1 : 0);
  co_return is_held;
}

Task<bool> PostgresStore::callback_delivered(std::string id, std::uint64_t fence, Timestamp now) {
  return end_callback(std::move(id), fence, now, std::nullopt);
}

Task<bool> PostgresStore::bury_callback(std::string id, std::uint64_t fence, Timestamp now,
                                        DeadCallback why) {
  return end_callback(std::move(id), fence, now, std::move(why));
}

Task<bool> PostgresStore::park_callback(std::string id, std::uint64_t fence, Timestamp not_before,
                                        bool counts) {
  return run<bool>(
      [this, id = std::move(id), fence, not_before, counts](PostgresSession& session) {
        return postgres::park_callback(session, id, fence, wall(not_before), counts);
      },
      false);
}

Task<std::vector<DeadCallback>> PostgresStore::dead_callbacks(int count_max) {
  auto all = co_await run_alone<std::vector<DeadCallback>>(
      [count_max](PostgresSession& session) { return postgres::dead_callbacks(session, count_max); }, {});
  for (DeadCallback& dead : all) dead.died_at = from_wall(kernel::nanoseconds(dead.died_at));
  co_return all;
}

Task<bool> PostgresStore::redrive_callback(std::string id, Timestamp now) {
  const bool is_there = co_await run<bool>(
      [this, id = std::move(id), now](PostgresSession& session) {
        return postgres::redrive_callback(session, id, wall(now));
      },
      false);
  if (is_there) change(0, 1, -1);
  co_return is_there;
}

}  // namespace store
