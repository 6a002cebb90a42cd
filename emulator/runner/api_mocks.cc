#include "emulator/runner/api_mocks.h"

#include <algorithm>

namespace emulator::runner {

ApiMocks::ApiMocks(const std::vector<ApiGiven>& apis, std::uint64_t seed, kernel::Scheduler& scheduler,
                   kernel::Journal& journal, kernel::HttpClient& client, std::size_t rows_max)
    : faults_(seed, journal) {
  for (const ApiGiven& api : apis) {
    if (api.is_org) continue;
    if (api.is_tls) tls_.push_back(api.name);
    if (api.stubs) {
      of_stubs_.push_back(std::make_unique<mocks::stubs::StubMock>(
          *api.stubs, seed, mocks::stubs::Surroundings{scheduler, journal, faults_, client, rows_max}));
    } else {
      of_operations_.push_back(std::make_unique<mocks::MockApi>(api, seed, scheduler, journal, faults_));
    }
  }
}

kernel::Result<> ApiMocks::serve(Network& network, const std::vector<std::pair<std::string, int>>& ports) {
  const auto serve_one = [&](const std::string& name, kernel::HttpHandler& mock) {
    const auto port = std::ranges::find(ports, name, &std::pair<std::string, int>::first);
    const bool is_tls = std::ranges::find(tls_, name) != tls_.end();
    return network.serve(name, mock, is_tls ? Transport::Tls : Transport::Plain,
                         port == ports.end() ? 0 : port->second);
  };
  for (const auto& mock : of_operations_) {
    if (auto served = serve_one(mock->spec().name, *mock); !served) return served;
  }
  for (const auto& mock : of_stubs_) {
    if (auto served = serve_one(mock->spec().name, *mock); !served) return served;
  }
  return {};
}

void ApiMocks::stop() {
  for (const auto& mock : of_stubs_) mock->stop();
}

}  // namespace emulator::runner
