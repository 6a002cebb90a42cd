#pragma once
// One record on its way through a query: an event with the fields that are found in it, and those that the
// query made.
//
// Source: facts/aws-platform 4.5. ASSUMPTION: which fields are found of themselves beyond @timestamp,
// @message and @logStream: @ingestionTime, @log, @ptr; of JSON every member by its path ("error.code",
// "items.0"); of Lambda's START, END and REPORT lines @type, @requestId, @duration and its like.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/platform/logs/log_text.h"
#include "emulator/platform/logs/values.h"

namespace emulator::logs {

/// "2026-01-05 09:00:00.123"
std::string insights_time(Milliseconds time);
/// The other way; nothing for what is none.
std::optional<Milliseconds> insights_time_in(std::string_view text);

/// The event that a row came from. It stays where it is: its text is looked into.
class InsightsRecord {
 public:
  InsightsRecord(SeenEvent event, std::string group)
      : event_(std::move(event)), group_(std::move(group)), text_(event_.message) {}

  const SeenEvent& event() const { return event_; }
  std::optional<std::string> field(std::string_view name);
  std::string pointer() const;

 private:
  SeenEvent event_;
  std::string group_;
  LogText text_;
};

class InsightsRow {
 public:
  InsightsRow() = default;
  explicit InsightsRow(std::shared_ptr<InsightsRecord> record) : record_(std::move(record)) {}

  std::optional<std::string> field(std::string_view name) const;
  void set(const std::string& name, std::optional<std::string> value);
  /// Null for a row of `stats`.
  const InsightsRecord* record() const { return record_.get(); }

 private:
  std::shared_ptr<InsightsRecord> record_;
  std::vector<std::pair<std::string, std::optional<std::string>>> made_;
};

}  // namespace emulator::logs
