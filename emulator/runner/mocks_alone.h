#pragma once
// Mocks without a chain around them: served on real ports until somebody stops them, and recorded like any
// run.
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "emulator/runner/run.h"

namespace emulator::runner {

/// What the admin API is served as.
inline constexpr const char* kAdminHost = "relayrig";

struct MocksGiven {
  std::vector<ApiGiven> apis{};
  std::vector<TimelineAction> faults{};  ///< lines with `fault`
  std::uint64_t seed = 1;
};

struct MocksOptions {
  std::string runs_folder = "runs";
  std::string version{};                             ///< of the program
  int admin_port = 0;                                ///< 0: any free one
  std::vector<std::pair<std::string, int>> ports{};  ///< of APIs; the others get any that is free
  std::function<void(const std::string& host, const std::string& url)> on_served{};
  /// Everything is served. An error ends the run.
  std::function<kernel::Result<>()> on_ready{};
};

std::string mocks_run_file(const MocksGiven& given, const MocksOptions& options);

/// Until SIGINT or SIGTERM. The verdict is "failed" when a mock had something to complain of.
kernel::Result<RunResult> run_mocks(const MocksGiven& given, const MocksOptions& options);

}  // namespace emulator::runner
