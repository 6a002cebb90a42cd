#pragma once
// The store's calls as SQL, within a transaction that somebody else begins and commits. For sqlite_store.cc.
// Times are nanoseconds since 1970; those within Claim and DeadLetter too. All throw SqliteFailure.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "middleware/store/sqlite_file.h"
#include "middleware/store/store.h"

namespace store::sqlite {

struct Holder {
  const std::string& event;
  std::uint64_t fence;
};
struct EventEnd {
  bool is_held = false;
  bool is_own = false;
};

std::int64_t count_waiting(SqliteFile& file);
/// Some of the events that were done, and versions applied, before `limit` go.
void forget(SqliteFile& file, std::int64_t limit);

Claim claim(SqliteFile& file, const std::string& event, std::int64_t now, std::int64_t lease_until,
            const Fingerprint& fingerprint);
bool write_step(SqliteFile& file, Holder holder, const StepRecord& record);
bool release(SqliteFile& file, Holder holder);
/// Done, or dead if `why` is there; only what is accepted can die.
EventEnd end(SqliteFile& file, Holder holder, std::int64_t now, const DeadLetter* why);

ClaimKind accept(SqliteFile& file, const AcceptedEvent& event, std::int64_t now, bool has_room);
std::vector<Work> take(SqliteFile& file, std::int64_t now, std::int64_t lease_until, int count_max);
std::optional<std::int64_t> next_due(SqliteFile& file);
bool park(SqliteFile& file, Holder holder, std::int64_t not_before, bool counts);
std::vector<DeadLetter> dead_letters(SqliteFile& file, int count_max);
bool redrive(SqliteFile& file, const std::string& event, std::int64_t now);

void apply_version(SqliteFile& file, const AppliedVersion& applied, std::int64_t now);
std::string applied_version(SqliteFile& file, const std::string& record);

}  // namespace store::sqlite
