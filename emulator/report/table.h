#pragma once
// Prints the answer to a query.
#include <cstdint>
#include <string>
#include <string_view>

#include "emulator/hoplog/run_file.h"
#include "middleware/kernel/result.h"

namespace emulator::report {

enum class TableFormat : std::uint8_t { Text, Json, Ndjson, Csv };
/// "pretty" (or "text"), "json", "ndjson", "csv".
kernel::Result<TableFormat> parse_table_format(std::string_view name);

/// Text: aligned columns, numbers to the right, NULL empty, each value on one line. JSON: an array of
/// objects, NULL as null. NDJSON: an object a line. CSV: RFC 4180, with a line of names.
std::string table_text(const hoplog::Table& table, TableFormat format);

}  // namespace emulator::report
