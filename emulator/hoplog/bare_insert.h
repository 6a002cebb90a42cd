#pragma once
// The yardstick of recording: how fast the same rows go into the same tables by the plainest loop.
#include <cstdint>
#include <string>

#include "middleware/kernel/result.h"

namespace emulator::hoplog {

/// Copies the rows of a finished run file, at most `rows_max` of each table and held in memory first, into a
/// new file at `scratch_path` by one prepared INSERT a table, 1000 rows a transaction, with the same
/// settings, indexes and checkpoint. Returns rows per second of real time, reading not counted.
/// `scratch_path` is replaced, and left there.
kernel::Result<double> bare_insert_rate(const std::string& run_file_path, const std::string& scratch_path,
                                        std::int64_t rows_max = 1'000'000);

}  // namespace emulator::hoplog
