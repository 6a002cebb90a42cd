#pragma once
// The mocks of external APIs and the faults of a run: a part of every world, or alone.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "emulator/runner/network.h"
#include "emulator/runner/scenario.h"
#include "mocks/stubs/stub_mock.h"

namespace emulator::runner {

class ApiMocks {
 public:
  /// The references outlive it. APIs that lead to the org are left to others. Of each mock of stubs the last
  /// `rows_max` requests are remembered.
  ApiMocks(const std::vector<ApiGiven>& apis, std::uint64_t seed, kernel::Scheduler& scheduler,
           kernel::Journal& journal, kernel::HttpClient& client,
           std::size_t rows_max = mocks::stubs::Exchanges::kRowsMax);

  /// Of all APIs, the org's included.
  mocks::FaultSet& faults() { return faults_; }
  const std::vector<std::unique_ptr<mocks::stubs::StubMock>>& of_stubs() const { return of_stubs_; }

  /// Each answers for its name; on sockets at the port that `ports` says, or at any that is free.
  kernel::Result<> serve(Network& network, const std::vector<std::pair<std::string, int>>& ports = {});

  /// Ends the callbacks that are under way.
  void stop();

 private:
  mocks::FaultSet faults_;
  std::vector<std::string> tls_;  ///< names of those that are served by HTTPS
  std::vector<std::unique_ptr<mocks::MockApi>> of_operations_;
  std::vector<std::unique_ptr<mocks::stubs::StubMock>> of_stubs_;
};

}  // namespace emulator::runner
