#pragma once
// The tables of a run file. What every table and column means: DESIGN.md, which a test compares with this
// text.
#include <string>

#include "emulator/hoplog/sqlite.h"

namespace emulator::hoplog {

/// PRAGMA user_version. A reader refuses a greater one.
inline constexpr int kSchemaVersion = 2;
/// PRAGMA application_id, "rrig": tells a run file from any other SQLite file.
inline constexpr int kApplicationId = 0x72726967;

/// Settings of a connection that records: fast, because a run that is cut off by a power failure is run
/// again.
kernel::Result<> prepare_for_recording(const Connection& file);
kernel::Result<> create_tables(const Connection& file);
/// Built once the rows are in: 1.5 to 1.75 times faster than kept up row by row.
kernel::Result<> create_indexes(const Connection& file);
/// Leaves one tidy file, without -wal and -shm beside it.
kernel::Result<> finish_recording(const Connection& file);

/// Invalid when the file is not a run file, or one of a newer relayrig.
kernel::Result<> expect_run_file(const Connection& file);

}  // namespace emulator::hoplog
