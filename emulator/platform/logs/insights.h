#pragma once
// A query of Logs Insights: commands between bars, each of which changes the rows.
//
//   fields @timestamp, @message | filter level = "ERROR" | stats count(*) as errors by bin(5m) | sort errors
//
// Source: facts/aws-platform 4.5. ASSUMPTION: without `sort` the newest comes first, and rows of `stats` in
// the order in which their groups came up; a row without the value of `sort` comes last; a percentile is the
// value at rank ceil(p * n). Every other command and function is refused by its name and place.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/platform/logs/insights_row.h"
#include "emulator/platform/logs/query_values.h"
#include "middleware/kernel/result.h"

namespace emulator::logs {

/// What a command does to the rows, and to what is shown of them.
struct InsightsTable {
  std::vector<InsightsRow> rows{};
  std::vector<std::string> shown{};  ///< fields, in their order; empty: @timestamp and @message
  std::int64_t matched = 0;          ///< rows behind the last filter
};

class InsightsCommand {
 public:
  virtual ~InsightsCommand() = default;
  virtual void apply(InsightsTable& table) const = 0;
};

class Insights {
 public:
  /// The error names line and position.
  static kernel::Result<Insights> parse(std::string_view text);

  /// `records`: the newest first. At most `limit` rows, or what the query says.
  QueryResult run(const std::vector<std::shared_ptr<InsightsRecord>>& records, std::int64_t limit) const;

 private:
  std::vector<std::shared_ptr<const InsightsCommand>> commands_;
};

}  // namespace emulator::logs
