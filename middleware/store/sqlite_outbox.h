#pragma once
// The outbox as SQL, within a transaction that somebody else begins and commits. For sqlite_store.cc and
// sqlite_file.cc. Times are nanoseconds since 1970; those within DeadCallback too. All throw SqliteFailure.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "middleware/store/outbox.h"
#include "middleware/store/sqlite_file.h"

namespace store::sqlite {

/// What version 2 of the file has beside version 1.
extern const char* const kOutboxSchema;

OutboxCount count_callbacks(SqliteFile& file);
/// The number of those that were not there already.
int add_callbacks(SqliteFile& file, const Callbacks& callbacks, std::int64_t now);
std::vector<CallbackWork> take_callbacks(SqliteFile& file, std::int64_t now, std::int64_t lease_until,
                                         int count_max);
std::optional<std::int64_t> next_callback_due(SqliteFile& file);
/// Delivered, or dead if `why` is there.
bool end_callback(SqliteFile& file, const std::string& id, std::uint64_t fence, std::int64_t now,
                  const DeadCallback* why);
bool park_callback(SqliteFile& file, const std::string& id, std::uint64_t fence, std::int64_t not_before,
                   bool counts);
std::vector<DeadCallback> dead_callbacks(SqliteFile& file, int count_max);
bool redrive_callback(SqliteFile& file, const std::string& id, std::int64_t now);

}  // namespace store::sqlite
