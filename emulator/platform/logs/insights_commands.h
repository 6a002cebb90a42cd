#pragma once
// The commands of Logs Insights: read from behind their names.
#include <memory>
#include <string_view>

#include "emulator/platform/logs/insights.h"
#include "emulator/platform/logs/scanner.h"
#include "middleware/kernel/result.h"

namespace emulator::logs {

using ReadCommand = kernel::Result<std::shared_ptr<const InsightsCommand>>;

ReadCommand read_fields(Scanner& in);
ReadCommand read_display(Scanner& in);
ReadCommand read_filter(Scanner& in);
ReadCommand read_sort(Scanner& in);
ReadCommand read_limit(Scanner& in);
ReadCommand read_dedup(Scanner& in);
ReadCommand read_parse(Scanner& in);
ReadCommand read_stats(Scanner& in);

}  // namespace emulator::logs
