#pragma once
// The verdicts of many runs in the forms that other tools read.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "emulator/report/summary.h"

namespace emulator::report {

enum class Format : std::uint8_t { Pretty, Json, Ndjson, Junit, Tap, Github };
/// The names are those of `--format`.
kernel::Result<Format> parse_format(std::string_view name);

std::string write_report(Format format, std::span<const RunReport> runs, Look look = {});

/// A test suite a run, a test case a check (junit.cc). A run that broke without a broken check is a test case
/// of its own.
std::string junit_text(std::span<const RunReport> runs);
/// TAP version 14.
std::string tap_text(std::span<const RunReport> runs);
/// Workflow commands: an annotation at the line of each broken check.
std::string github_text(std::span<const RunReport> runs);
/// One object a run: an array, or a line each.
std::string json_report_text(std::span<const RunReport> runs, bool is_lines);

/// "file:line:column" taken apart; line is 0 when there is none.
struct Place {
  std::string file;
  int line = 0;
};
Place parse_place(std::string_view place);

}  // namespace emulator::report
