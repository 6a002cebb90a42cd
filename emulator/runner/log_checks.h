#pragma once
// Counts the log events that the scenario expects, while they are written.
#include <cstdint>
#include <memory>
#include <vector>

#include "emulator/hoplog/recorder.h"
#include "emulator/platform/logs/cloudwatch_logs.h"
#include "emulator/runner/logs_given.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::runner {

class LogCounts {
 public:
  /// `logs` goes before this does; the others outlive it.
  LogCounts(const std::vector<LogExpectation>& expectations, logs::CloudWatchLogs& logs,
            const kernel::Scheduler& scheduler);
  LogCounts(const LogCounts&) = delete;
  LogCounts& operator=(const LogCounts&) = delete;

  std::vector<hoplog::CheckRow> checks() const;

 private:
  const std::vector<LogExpectation>& expectations_;
  std::vector<std::int64_t> counts_;
};

}  // namespace emulator::runner
