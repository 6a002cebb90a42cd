#pragma once
// What may be asked of the mocks and faults of a rig while it runs, over HTTP below /_relayrig: stubs listed
// and changed, faults set and lifted, the requests that came, a reset. Every change is a line in `logs` of
// the run file (source `admin`). Facts: mocks-and-faults 12 (ttl) and 17.
//
//   GET          /_relayrig/mocks                       which mocks there are
//   GET POST PUT /_relayrig/mocks/API/stubs             all stubs; one more; only these from now on
//   GET PUT DEL  /_relayrig/mocks/API/stubs/ID          one
//   GET DEL      /_relayrig/requests?api=&matched=...   what the mocks were asked
//   GET POST DEL /_relayrig/faults                      all (?ended=true: with those over); set; lift
//   GET DEL      /_relayrig/faults/NAME                 one, of requests or of connections
//   POST         /_relayrig/reset                       {"what": "journal" or another, "api": ...}
//
// Bodies are JSON; the YAML of scenario files reads as well. They are read as strictly as files: 400 names
// the place. Answers are JSON, refusals RFC 9457 problems. A page of another site may ask nothing (403).
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/runner/api_mocks.h"
#include "emulator/runner/doors.h"
#include "emulator/runner/mock_admin_json.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/url.h"

namespace emulator::runner {

class MockAdmin final : public kernel::HttpHandler {
 public:
  /// The references outlive it.
  MockAdmin(ApiMocks& mocks, Doors& doors, const std::vector<ApiGiven>& apis, kernel::Scheduler& scheduler,
            kernel::Journal& journal)
      : mocks_(mocks), doors_(doors), apis_(apis), scheduler_(scheduler), journal_(journal) {}

  /// What it answers for, each with what lies below it.
  static std::vector<std::string> paths();

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

 private:
  /// A request, taken apart: "/_relayrig/mocks/erp/stubs/a%20b" is mocks, erp, stubs, a b.
  struct Call {
    const kernel::HttpRequest& request;
    std::vector<std::string> parts;
    kernel::FormFields query;
    bool is(std::string_view method) const { return request.method == method; }
  };

  kernel::HttpResponse answer(const Call& call);
  kernel::HttpResponse all_mocks(const Call& call) const;
  kernel::HttpResponse stubs(const Call& call, mocks::stubs::StubMock& mock);
  kernel::HttpResponse one_stub(const Call& call, mocks::stubs::StubMock& mock);
  kernel::HttpResponse add_stub(const Call& call, mocks::stubs::StubMock& mock);
  kernel::HttpResponse set_stubs(const Call& call, mocks::stubs::StubMock& mock);
  kernel::HttpResponse requests(const Call& call);
  kernel::HttpResponse reset(const Call& call);

  // mock_admin_faults.cc
  kernel::HttpResponse faults(const Call& call);
  kernel::HttpResponse one_fault(const Call& call);
  kernel::HttpResponse set_faults(const Call& call);
  /// Of requests, then of connections.
  std::vector<FaultFacts> all_faults() const;
  kernel::Result<std::vector<TimelineAction>> fault_lines(const Call& call);
  std::optional<std::string> problem_of(const TimelineAction& line) const;
  std::optional<std::string> problem_of(const mocks::FaultRule& rule) const;
  std::string free_name(const std::string& api);
  void forget_ended();
  void lift(const FaultFacts& fault);
  void keep_ended(const kernel::Json& line);

  mocks::stubs::StubMock* stub_mock(std::string_view name) const;
  void note(const std::string& message, const kernel::Json& fields) const;

  ApiMocks& mocks_;
  Doors& doors_;
  const std::vector<ApiGiven>& apis_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  std::uint64_t unnamed_ = 0;                               ///< faults that were given a name
  std::vector<std::shared_ptr<const kernel::Json>> ended_;  ///< lines of faults that are over or were lifted
};

}  // namespace emulator::runner
