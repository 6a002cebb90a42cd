#pragma once
// The operators and values of filter patterns.
#include <optional>
#include <string_view>

#include "emulator/platform/logs/comparison.h"
#include "emulator/platform/logs/scanner.h"
#include "middleware/kernel/result.h"

namespace emulator::logs {

/// Nothing, and nothing is read, when there is none.
std::optional<Comparator> read_comparator(Scanner& in);

/// A number, a text with or without quotes, or %regular expression%. One without quotes goes up to any of
/// `ends`.
kernel::Result<Literal> read_literal(Scanner& in, std::string_view ends);

}  // namespace emulator::logs
