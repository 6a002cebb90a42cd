#include "emulator/runner/log_checks.h"

#include "emulator/platform/logs/filter_pattern.h"
#include "middleware/kernel/check.h"

namespace emulator::runner {

LogCounts::LogCounts(const std::vector<LogExpectation>& expectations, logs::CloudWatchLogs& logs,
                     const kernel::Scheduler& scheduler)
    : expectations_(expectations), counts_(expectations.size()) {
  for (std::size_t i = 0; i < expectations.size(); ++i) {
    const judge::Window& between = expectations[i].between;
    const auto pattern = logs::FilterPattern::parse(expectations[i].pattern);
    CHECK(pattern.has_value());  // the shape refuses others
    logs.watch(expectations[i].group, *pattern, [&between, &count = counts_[i], &scheduler] {
      const kernel::Duration now = scheduler.now().time_since_epoch();
      if (now >= between.from && (!between.until || now < *between.until)) ++count;
    });
  }
}

std::vector<hoplog::CheckRow> LogCounts::checks() const {
  std::vector<hoplog::CheckRow> rows;
  for (std::size_t i = 0; i < expectations_.size(); ++i) {
    const LogExpectation& expectation = expectations_[i];
    rows.push_back({.name = expectation.name,
                    .kind = "expectation",
                    .verdict = expectation.bounds.holds(counts_[i]) ? "passed" : "failed",
                    .expected = expectation.bounds.text(),
                    .found = std::to_string(counts_[i]),
                    .place = expectation.place.text()});
  }
  return rows;
}

}  // namespace emulator::runner
