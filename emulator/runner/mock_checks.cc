#include "emulator/runner/mock_checks.h"

#include <algorithm>

#include "middleware/kernel/check.h"

namespace emulator::runner {
namespace {

using hoplog::CheckRow;
using mocks::stubs::StubMock;
using mocks::stubs::Verdict;

const StubMock& mock_named(const World& world, const std::string& name) {
  const auto found = std::ranges::find_if(world.stub_mocks(),
                                          [&name](const auto& mock) { return mock->spec().name == name; });
  CHECK_THAT(found != world.stub_mocks().end(), name);  // read_scenario refuses others
  return **found;
}

CheckRow row_of(const MockExpectation& expectation, const StubMock& mock) {
  const Verdict verdict = mocks::stubs::verify(expectation.verification, mock.exchanges());
  CheckRow row{.name = expectation.name,
               .kind = "expectation",
               .verdict = verdict.holds ? "passed" : "failed",
               .expected = verdict.expected,
               .found = verdict.found,
               .place = expectation.place.text()};
  for (const auto& exchange : mock.exchanges().rows()) {
    if (exchange.number == verdict.example) row.example_event = exchange.event;
  }
  return row;
}

CheckRow complaint_row(const StubMock& mock, const std::string& place) {
  CheckRow row{.name = "mock " + mock.spec().name + " has nothing to complain of",
               .kind = "invariant",
               .verdict = "passed",
               .expected = "no template fails, no strict mock is asked what it does not know",
               .found = "nothing",
               .place = place};
  if (mock.complaints().empty()) return row;
  row.verdict = "failed";
  row.found = mock.complaints().front();
  if (mock.complaints().size() > 1)
    row.found += " (and " + std::to_string(mock.complaints().size() - 1) + " more)";
  return row;
}

}  // namespace

std::vector<CheckRow> mock_checks(const Scenario& scenario, const World& world) {
  std::vector<CheckRow> rows;
  for (const MockExpectation& expectation : scenario.mock_expectations)
    rows.push_back(row_of(expectation, mock_named(world, expectation.mock)));
  for (const auto& mock : world.stub_mocks()) rows.push_back(complaint_row(*mock, scenario.file + ":1"));
  return rows;
}

bool mocks_are_settled(const Scenario& scenario, const World& world, kernel::Timestamp now) {
  const bool are_idle =
      std::ranges::all_of(world.stub_mocks(), [](const auto& mock) { return mock->is_idle(); });
  if (!are_idle) return false;
  return std::ranges::all_of(scenario.mock_expectations, [&](const MockExpectation& expectation) {
    if (!expectation.wait || now >= kernel::at(scenario.timeline_end() + *expectation.wait)) return true;
    return mocks::stubs::verify(expectation.verification, mock_named(world, expectation.mock).exchanges())
        .holds;
  });
}

}  // namespace emulator::runner
