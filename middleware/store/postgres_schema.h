#pragma once
// The tables of a store in PostgreSQL, of which there are versions. DESIGN.md lists them.
#include <string>

#include "middleware/kernel/task.h"
#include "middleware/store/postgres_session.h"

namespace store::postgres {

inline constexpr int kSchemaVersion = 1;

/// As an identifier of SQL.
std::string quoted_name(const std::string& name);

/// Makes the tables or brings them to our version, one process at a time; only then it needs the right to
/// make tables. Throws PostgresFailure: it is of a later version or of another program, or the database does
/// not hold UTF-8.
kernel::Task<void> set_up_schema(PostgresSession& session, std::string schema);

}  // namespace store::postgres
