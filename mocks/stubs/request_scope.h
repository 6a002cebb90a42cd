#pragma once
// What the templates of one request read: the request itself, the mock's state, a job, and for callbacks the
// response. Facts: mocks-and-faults 3.
#include <memory>
#include <optional>
#include <string>

#include "middleware/kernel/lookup.h"
#include "middleware/kernel/scheduler.h"
#include "mocks/match/request_view.h"
#include "mocks/render/scope.h"
#include "mocks/stubs/exchanges.h"
#include "mocks/stubs/states.h"

namespace mocks::stubs {

/// What all templates of a mock share.
struct Instruments {
  kernel::Scheduler& scheduler;
  std::uint64_t seed;
  const std::string& mock;
  States& states;
  Exchanges& exchanges;
  kernel::Lookup<std::int64_t>& counters;
};

/// Work that was accepted and is polled for.
struct JobFacts {
  std::string id;
  std::shared_ptr<const kernel::Json> request{};  ///< the body that asked for it; null when it was no JSON
};

/// What one request brings.
struct RequestFacts {
  const match::RequestView& view;
  const Exchange& row;
  kernel::FormFields parameters{};  ///< of the stub's path template
  std::string stub{};
  std::string scope{};    ///< of the stub's states
  std::string machine{};  ///< the stub's state machine
  std::optional<JobFacts> job{};
  const kernel::HttpResponse* response = nullptr;  ///< what was answered, for callbacks
};

class RequestScope final : public render::Scope {
 public:
  /// `purpose` keeps the luck of a request's templates apart: "body", "effect", "callback 1".
  RequestScope(const Instruments& instruments, const RequestFacts& facts, std::string purpose);

  std::optional<kernel::Json> find(const render::Path& path) override;
  kernel::WallTime now() override;
  std::uint64_t draw() override;
  std::int64_t count(std::string_view name) override;
  std::optional<std::string> earlier_body(std::string_view method, std::string_view path) override;

 private:
  std::optional<kernel::Json> of_request(const render::Path& path);

  const Instruments& instruments_;
  const RequestFacts& facts_;
  std::string purpose_;
  std::uint64_t drawn_ = 0;
};

}  // namespace mocks::stubs
