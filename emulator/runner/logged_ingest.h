#pragma once
// The built-in function as its program is: one process for each environment, which writes its lines to the
// environment's log stream.
#include <memory>
#include <vector>

#include "emulator/lambda/ports.h"
#include "emulator/platform/logs/ports.h"
#include "middleware/ingest/ingest.h"
#include "middleware/kernel/journal.h"

namespace emulator::runner {

class LoggedIngest final : public lambda::FunctionCode {
 public:
  /// The references outlive it.
  struct Surroundings {
    const ingest::IngestConfig& config;
    kernel::Scheduler& scheduler;
    kernel::HttpClient& client;
    kernel::Journal& journal;
    secrets::Provider& references;
    logs::LogSink& logs;
  };
  explicit LoggedIngest(Surroundings around);
  ~LoggedIngest() override;

  kernel::Task<lambda::CodeResult> run(lambda::CodeInvocation invocation) override;

 private:
  class Program;
  class Lease;

  Surroundings around_;
  std::vector<std::unique_ptr<Program>> idle_;  ///< none remembers whose environment it was
};

}  // namespace emulator::runner
