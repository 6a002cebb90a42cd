#pragma once
// The outbox as SQL, within a transaction that somebody else begins and commits. For postgres_store.cc. Times
// are nanoseconds since 1970; those within DeadCallback too. All throw PostgresFailure.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "middleware/store/outbox.h"
#include "middleware/store/postgres_session.h"

namespace store::postgres {

/// The number of those that were not there already.
kernel::Task<std::int64_t> add_callbacks(PostgresSession& session, Callbacks callbacks, std::int64_t now);
kernel::Task<std::vector<CallbackWork>> take_callbacks(PostgresSession& session, std::int64_t now,
                                                       std::int64_t lease_until, int count_max);
kernel::Task<std::optional<std::int64_t>> next_callback_due(PostgresSession& session);
/// Delivered, or dead if `why` is there.
kernel::Task<bool> end_callback(PostgresSession& session, std::string id, std::uint64_t fence,
                                std::int64_t now, std::optional<DeadCallback> why);
kernel::Task<bool> park_callback(PostgresSession& session, std::string id, std::uint64_t fence,
                                 std::int64_t not_before, bool counts);
kernel::Task<std::vector<DeadCallback>> dead_callbacks(PostgresSession& session, int count_max);
kernel::Task<bool> redrive_callback(PostgresSession& session, std::string id, std::int64_t now);

}  // namespace store::postgres
