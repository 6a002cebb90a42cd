#pragma once
// How a mock of stubs stands in the deployment, and what `expect` says about mocks.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "emulator/runner/scenario.h"
#include "middleware/config/reader.h"

namespace emulator::runner {

/// The keys of an API that make it a mock of stubs.
struct MockText : mocks::stubs::MockSpec {
  bool is_there = false;  ///< one of the keys stands there
};

std::shared_ptr<const mocks::stubs::MockSpec> mock_of(const std::string& name,
                                                      const mocks::LatencyLaw& latency, const MockText& text);

/// What `expect` holds: about the run, what the mocks saw, and what was logged.
struct Expectations {
  std::vector<judge::Expectation> of_run{};
  std::vector<MockExpectation> of_mocks{};
  std::vector<LogExpectation> of_logs{};
};
config::Shape<Expectations> all_expectations_shape();
config::Shape<MockExpectation> mock_expectation_shape();

/// What this fault asks of an API that cannot give it: a stub that is not there, effects of the org.
std::optional<std::string> fault_problem(const mocks::FaultRule& rule, const std::vector<ApiGiven>& apis);
std::optional<std::string> door_problem(const DoorAction& door, const std::vector<ApiGiven>& apis);

/// What this expectation asks of what is not there: a mock of stubs, or a stub of it.
std::optional<std::string> expectation_problem(const MockExpectation& expectation,
                                               const std::vector<ApiGiven>& apis);

/// Adds `stubs`, `idempotency`, `limits` and so on to the keys of `Api`; kept in the member `stubs`.
template <class Api>
void add_mock_keys(config::Object<Api>& keys, MockText Api::* stubs);

}  // namespace emulator::runner

#include "emulator/runner/mock_keys.h"
