#pragma once
// What the admin API says of requests, stubs and faults.
#include <memory>
#include <string>

#include "emulator/runner/scenario.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/url.h"
#include "mocks/faults/fault.h"
#include "mocks/stubs/stub_mock.h"

namespace emulator::runner {

kernel::HttpResponse json_answer(int status, const kernel::Json& json);
kernel::HttpResponse wrong_method(const kernel::HttpRequest& request, const std::string& allowed);

/// A stub as its author wrote it, or what can be said of one that code made.
kernel::Json json_of(const mocks::stubs::StubSpec& stub);

/// One row of a mock's journal. Values of headers that carry credentials are not shown.
kernel::Json json_of(const mocks::stubs::StubMock& mock, const mocks::stubs::Exchange& row);

/// What there is to say of a fault, be it of requests or of connections.
struct FaultFacts {
  std::string name;
  std::string api;
  kernel::Timestamp from{};
  std::optional<kernel::Timestamp> until{};
  std::shared_ptr<const kernel::Json> written{};
  std::int64_t fired = 0;
};
FaultFacts facts_of(const mocks::FaultRule& rule, std::int64_t fired = 0);
FaultFacts facts_of(const DoorAction& door, std::int64_t fired = 0);

/// `line` is the fault as a line of a timeline: with `at` and `for`, in milliseconds, rounded up.
kernel::Json json_of(const FaultFacts& fault, kernel::Timestamp now);
/// The line of a fault that ended at `end`, whatever it was to do.
kernel::Json line_of(const FaultFacts& fault, std::optional<kernel::Timestamp> end);

/// Which rows are asked for. All that is said must hold.
struct RequestFilter {
  std::optional<std::string> api{};
  std::optional<bool> is_matched{};
  std::optional<std::string> stub{};
  std::optional<int> status{};
  std::optional<std::string> method{};
  std::optional<std::string> path{};
  std::optional<std::string> event{};
  std::optional<std::uint64_t> after{};  ///< of one API: rows with a larger number
  std::size_t limit = 100;

  /// An error names the parameter.
  static kernel::Result<RequestFilter> of(const kernel::FormFields& query);
  bool has(const mocks::stubs::Exchange& row) const;
};

}  // namespace emulator::runner
