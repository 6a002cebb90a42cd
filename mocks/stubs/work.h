#pragma once
// One request on its way through a mock.
#include <optional>
#include <string>
#include <vector>

#include "mocks/stubs/stub_mock.h"

namespace mocks::stubs {

struct StubMock::Work {
  Work(StubMock& owner, kernel::HttpRequest asked) : mock(owner), request(std::move(asked)), view(request) {}
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  /// A caller that went away frees what its request held.
  ~Work() { mock.leave(*this, nullptr); }

  StubMock& mock;
  kernel::HttpRequest request;
  match::RequestView view;
  kernel::TraceContext trace{};
  std::uint64_t row = 0;
  Exchange facts{};  ///< what the row says of the request: for templates, though the row be dropped
  Idempotency::Claim claim{};
  bool holds_key = false;  ///< the key is in flight because of this request
  std::vector<Held> held{};
  kernel::Headers limit_headers{};
  kernel::Duration saturated{};
  StubBook::Choice choice{};
  StubPtr polled{};  ///< whose job was asked for: `response` is a part of it
  std::string effect_key{};
  std::string answered_by{};
  std::string fault{};
  bool is_executed = false;
  bool executes_twice = false;  ///< a fault's doing: each effect is recorded two times
  const ResponseSpec* response = nullptr;
  kernel::HttpReply reply{};
  kernel::Duration wait{};
  bool has_left = false;
};

}  // namespace mocks::stubs
