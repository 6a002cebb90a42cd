#pragma once
// The store's calls as SQL, within a transaction that somebody else begins and commits. For
// postgres_store.cc. Times are nanoseconds since 1970; those within Claim and DeadLetter too. All throw
// PostgresFailure.
//
// Rows are locked in one order: an event, then its lane, then the next event of the lane.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "middleware/store/postgres_session.h"
#include "middleware/store/store.h"

namespace store::postgres {

struct Holder {
  std::string event;
  std::uint64_t fence;
};
struct EventEnd {
  bool is_held = false;
  bool is_own = false;
  std::int64_t callbacks = 0;  ///< that were added
};
/// The instant of a call, and before which instant done events are forgotten.
struct Moment {
  std::int64_t now;
  std::int64_t forget_before;
};

inline std::int64_t signed_of(std::uint64_t fence) { return static_cast<std::int64_t>(fence); }

/// Some of the events that were done, and versions applied, before `limit` go. How many.
kernel::Task<int> forget(PostgresSession& session, std::int64_t limit);

kernel::Task<Claim> claim(PostgresSession& session, std::string event, Moment moment,
                          std::int64_t lease_until, Fingerprint fingerprint);
/// In the order of their first writing.
kernel::Task<std::vector<StepRecord>> steps_of(PostgresSession& session, std::string event);
kernel::Task<bool> write_step(PostgresSession& session, Holder holder, StepRecord record);
kernel::Task<bool> release(PostgresSession& session, Holder holder);
/// Done, or dead if `why` is there; only what is accepted can die.
kernel::Task<EventEnd> end(PostgresSession& session, Holder holder, std::int64_t now,
                           std::optional<DeadLetter> why);

kernel::Task<ClaimKind> accept(PostgresSession& session, AcceptedEvent event, Moment moment, bool has_room);
kernel::Task<std::vector<Work>> take(PostgresSession& session, std::int64_t now, std::int64_t lease_until,
                                     int count_max);
kernel::Task<std::optional<std::int64_t>> next_due(PostgresSession& session);
kernel::Task<bool> park(PostgresSession& session, Holder holder, std::int64_t not_before, bool counts);
kernel::Task<std::vector<DeadLetter>> dead_letters(PostgresSession& session, int count_max);
kernel::Task<bool> redrive(PostgresSession& session, std::string event, std::int64_t now);

kernel::Task<void> apply_version(PostgresSession& session, AppliedVersion applied, std::int64_t now);
kernel::Task<std::string> applied_version(PostgresSession& session, std::string record);

/// Of a lane in the table of lanes; an outbox has lanes of its own. The lane is locked from then on.
/// True: nobody is before us.
kernel::Task<bool> enter_lane(PostgresSession& session, std::string lane_key, bool is_outbox);
/// How many are left.
kernel::Task<std::int64_t> leave_lane(PostgresSession& session, std::string lane_key);

}  // namespace store::postgres
