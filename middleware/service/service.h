#pragma once
// The middleware as its callers see it: POST /events takes one event and answers when its flow is over; GET
// /health.
//
//   200  done, now or earlier (then "duplicate": true)
//   409  the same event is being worked on; Retry-After
//   422  it can never succeed: an API refused it for good, or its payload is not JSON; type `compensated`
//   when
//        what was done before is undone, `compensation-failed` when an undo was refused as well
//   503  not now: an API is down, slow or says so, or not everything is undone yet; Retry-After where known
//   400, 404, 405  the call itself is wrong
//
// It answers 503, not 500, for what an API did: the caller redelivers the event, and the step journal and the
// derived idempotency keys make that safe.
#include <expected>
#include <memory>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/service/flow_runner.h"

namespace service {

class Service final : public kernel::HttpHandler {
 public:
  /// One instance of the deployment: its own breakers and budgets, a store that may be shared.
  Service(ServiceConfig config, Surroundings surroundings, store::Store& store,
          StepHandlers handlers = builtin_handlers());

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

 private:
  struct Accepted;
  std::expected<Accepted, kernel::HttpResponse> read(const kernel::HttpRequest& request) const;
  kernel::Task<kernel::HttpReply> take_event(Accepted accepted);
  APART kernel::Task<store::Claim> claim(const Accepted& accepted) const;
  APART kernel::Task<bool> give_back(const Accepted& accepted, FlowState state) const;
  /// Nothing when the event is not ours to work on; `accepted` says why.
  APART std::optional<kernel::Task<FlowEnd>> start_flow(Accepted& accepted,
                                                        kernel::Task<store::Claim>& claimed);
  kernel::HttpResponse health() const;
  const FlowConfig* find_flow(std::string_view event) const;

  ServiceConfig config_;
  Surroundings around_;
  store::Store& store_;
  std::vector<std::unique_ptr<ApiCaller>> callers_;
  FlowRunner runner_;
};

}  // namespace service
