#pragma once
// Meeting other instances as SQL, within a transaction that somebody else begins and commits. Times are
// nanoseconds since 1970, also those within. Throws PostgresFailure.
#include <cstdint>
#include <string>
#include <vector>

#include "middleware/store/fellows.h"
#include "middleware/store/postgres_session.h"

namespace store::postgres {

kernel::Task<Meeting> meet(PostgresSession& session, std::string instance, std::vector<OpenBreaker> open,
                           std::int64_t now, std::int64_t forget_before);

}  // namespace store::postgres
