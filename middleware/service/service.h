#pragma once
// The middleware as its callers see it: POST /events takes one event and answers when its flow is over; GET
// /health.
//
//   200  done, now or earlier (then "duplicate": true)
//   409  the same event is being worked on; Retry-After
//   202  accepted: durable, and ours from now on (where the file says `answer: accepted`)
//   422  it can never succeed: an API refused it for good, or its payload is not JSON; type `compensated`
//   when
//        what was done before is undone, `compensation-failed` when an undo was refused as well
//   503  not now: an API is down, slow or says so, or not everything is undone yet; Retry-After where known
//   400, 404, 405  the call itself is wrong
//
// It answers 503, not 500, for what an API did: the caller redelivers the event, and the step journal and the
// derived idempotency keys make that safe.
#include <expected>
#include <map>
#include <memory>
#include <vector>

#include "middleware/inbox/dead_letters.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/lookup.h"
#include "middleware/service/dead_callbacks.h"
#include "middleware/service/flow_runner.h"
#include "middleware/service/metrics.h"
#include "middleware/service/trace_carrier.h"

namespace service {

class Service final : public kernel::HttpHandler, private inbox::Flows {
 public:
  /// One instance of the deployment: its own breakers and budgets, a store that may be shared.
  Service(ServiceConfig config, Surroundings surroundings, store::Store& store,
          StepHandlers handlers = builtin_handlers());

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

  /// Takes no more accepted events and callbacks off the store; those that are worked on go on.
  void retire();
  /// No accepted event is worked on, no callback delivered.
  bool is_idle() const { return inbox_.is_idle() && outbox_.is_idle(); }

  /// Takes no more callbacks off the store.
  void stop_telling() { outbox_.retire(); }
  bool is_telling() const { return !outbox_.is_idle(); }
  /// How much the outbox holds, and how the deliveries of each flow ended so far (the states of a saga). For
  /// operators.
  std::vector<Gauge> gauges() const;

  /// For events that do not come alone or are worked on later: their traces go on with their calls. It
  /// outlives the service; without it their traceparent goes on alone.
  void carry_traces_with(TraceCarrier& carrier) { traces_ = &carrier; }

  /// One an API, for operators. They live as long as the service.
  std::vector<ApiCaller*> callers() const;

 private:
  std::vector<Gauge> flow_ends() const;
  struct Accepted;
  kernel::Task<kernel::HttpReply> take(kernel::HttpRequest request);
  kernel::Task<kernel::HttpReply> take_batch(kernel::HttpRequest request);
  /// Unless a newer version of its record was applied.
  kernel::Task<kernel::HttpReply> take_newest(Accepted accepted, store::AppliedVersion version);
  /// Of a flow with callbacks.
  kernel::Task<kernel::HttpReply> take_telling(Accepted accepted, store::AppliedVersion version);
  kernel::Task<kernel::HttpReply> accept(store::AcceptedEvent event);
  std::expected<Accepted, kernel::HttpResponse> read(const kernel::HttpRequest& request) const;
  kernel::Task<kernel::HttpReply> take_event(Accepted accepted);
  APART kernel::Task<store::Claim> claim(const Accepted& accepted) const;
  APART kernel::Task<bool> give_back(const Accepted& accepted, FlowState state);
  /// Nothing when the event is not ours to work on; `accepted` says why.
  APART std::optional<kernel::Task<FlowEnd>> start_flow(Accepted& accepted,
                                                        kernel::Task<store::Claim>& claimed,
                                                        store::Callbacks* callbacks = nullptr);
  kernel::HttpResponse health() const;
  /// One of those that start from this type of event.
  const FlowConfig* find_flow(std::string_view event) const;

  store::AppliedVersion version_under_way(const std::string& event) const;
  /// The answer when the event's end was written, or could not be.
  APART kernel::HttpReply concluded(bool is_written, const FlowEnd& end) const;
  static inbox::WorkEnd work_end(const FlowEnd& end, store::AppliedVersion version);

  kernel::Task<inbox::WorkEnd> work(store::Work work) override;
  int deliveries_max(const std::string& type) const override;
  kernel::Duration lease_max() const override;
  store::Callbacks callbacks_of_dead(store::Work work, const std::string& error) const override;
  void callbacks_kept() override { outbox_.stir(); }

  ServiceConfig config_;
  Surroundings around_;
  store::Store& store_;
  std::vector<std::unique_ptr<ApiCaller>> callers_;
  FlowRunner runner_;
  kernel::Lookup<store::AppliedVersion> versions_;  ///< of events under way whose flow keeps versions
  TraceCarrier* traces_ = nullptr;
  inbox::Inbox inbox_;
  inbox::DeadLetters dead_letters_;
  std::map<std::pair<std::string, FlowState>, std::uint64_t> ends_;  ///< by flow
  Outbox outbox_;
  DeadCallbacks dead_callbacks_;
};

}  // namespace service
