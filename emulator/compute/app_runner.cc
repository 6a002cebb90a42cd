#include "emulator/compute/app_runner.h"

#include "emulator/compute/envoy.h"
#include "middleware/kernel/outcome.h"

namespace emulator::compute {
namespace {

using kernel::HttpReply;
using kernel::HttpRequest;
using kernel::HttpResponse;
using kernel::Task;

void close_hop(kernel::HopScope& hop, const HttpResponse& response, std::int64_t bytes_sent) {
  hop.close({.outcome = kernel::outcome_of(response.status),
             .status = response.status,
             .error = response.status >= 400 ? std::string_view(response.body) : std::string_view{},
             .bytes_sent = bytes_sent,
             .bytes_received = static_cast<std::int64_t>(response.body.size()),
             .response = response.body});
}

}  // namespace

AppRunner::AppRunner(AppRunnerConfig config, kernel::Scheduler& scheduler, kernel::Journal& journal,
                     InstanceFactory& factory, std::uint64_t seed)
    : config_(std::move(config)),
      scheduler_(scheduler),
      journal_(journal),
      factory_(factory),
      ids_(seed, "app-runner"),
      release_(config_.release()) {
  if (!config_.is_there) return;
  fleet_ = make_fleet(release_);
  fleet_->found();
}

AppRunner::~AppRunner() = default;

std::unique_ptr<Fleet> AppRunner::make_fleet(Release release) {
  return std::make_unique<Fleet>(config_, release,
                                 Fleet::Surroundings{scheduler_, journal_, factory_, last_number_, living_});
}

std::vector<std::int64_t> AppRunner::crashable(std::string_view name) const {
  std::vector<std::int64_t> numbers;
  for (const Fleet* fleet : living_) fleet->add_crashable(name, numbers);
  return numbers;
}

void AppRunner::crash(std::string_view name, kernel::Duration down) {
  for (Fleet* fleet : living_) fleet->crash(name, down);
}

/// No instance takes the request.
HttpReply AppRunner::refusal() {
  // ASSUMPTION: the router does not know a paused service's host any more.
  if (!fleet_) return envoy::answer(404, "");
  // ASSUMPTION: while an instance is down the router still finds its address, and nobody there.
  if (fleet_->has(State::Crashed)) return envoy::reset(503, "connection failure");
  // ASSUMPTION: Envoy's ordinary text where all instances are being replaced.
  const bool is_there = fleet_->has(State::Active) || fleet_->has(State::Activating);
  if (!is_there) return envoy::answer(503, "no healthy upstream");
  fleet_->refused();
  // ASSUMPTION: body and headers of the saturation answer are not documented.
  return envoy::answer(429, "Too Many Requests");
}

// No coroutines where nothing waits: a request that is being worked on is held by nobody on its way.
Task<HttpReply> AppRunner::handle(HttpRequest request) {
  const auto trace = kernel::parse_traceparent(request.headers.get("traceparent"));
  kernel::HopScope hop(journal_, {.stage = kernel::Stage::Compute,
                                  .event = trace ? std::string_view(trace->event) : std::string_view{},
                                  .parent = trace ? trace->hop : 0,
                                  .from = "ingest",
                                  .to = config_.name,
                                  .operation = request.method + " " + request.target});
  const auto bytes = static_cast<std::int64_t>(request.body.size());
  Instance* const instance = fleet_ ? fleet_->choose() : nullptr;
  if (instance == nullptr) {
    HttpReply reply = refusal();
    close_hop(hop, reply.response, bytes);
    return kernel::answered(std::move(reply));
  }
  if (trace) request.headers.set("traceparent", kernel::traceparent(trace->event, hop.id()));
  Routing routing{fleet_->place_at(*instance), std::move(hop), scheduler_.now(), bytes};
  return instance->state == State::Active
             ? pass_on(std::move(routing), std::move(request))
             : wait_for_instance(std::move(routing), std::move(request), *fleet_);
}

// One that crashes while it wakes up is waited for.
Task<HttpReply> AppRunner::wait_for_instance(Routing routing, HttpRequest request, Fleet& fleet) {
  const Instance& instance = routing.place.instance();
  while (instance.state == State::Activating || instance.state == State::Crashed)
    co_await fleet.changed().wait();
  if (instance.app == nullptr) {
    HttpReply reply = envoy::reset(503, "connection termination");
    close_hop(routing.hop, reply.response, routing.bytes_sent);
    co_return reply;
  }
  co_return co_await pass_on(std::move(routing), std::move(request));
}

Task<HttpReply> AppRunner::pass_on(Routing routing, HttpRequest request) {
  envoy::tell_application(request.headers, ids_, config_.request_max);
  Task<HttpReply> handling = routing.place.instance().app->handle(std::move(request));
  return serve(std::move(routing), std::move(handling), scheduler_.now());
}

Task<HttpReply> AppRunner::serve(Routing routing, Task<HttpReply> handling, kernel::Timestamp passed_on_at) {
  // The place is the application's: it works on, unseen, when its caller is answered without it. Its instance
  // may go while an answer is on its way.
  const std::shared_ptr<Requests> requests = routing.place.instance().requests;
  auto answer =
      requests->answer(std::move(handling), routing.came_at + config_.request_max, std::move(routing.place));
  co_await answer.ended();
  co_return [&] { return routed(answer, routing, passed_on_at); };
}

HttpReply AppRunner::routed(Requests::Answer& answer, Routing& routing,
                            kernel::Timestamp passed_on_at) const {
  std::optional<HttpReply> reply = answer.take();
  // ASSUMPTION: Envoy's ordinary answer at the cut. The application goes on and gets no signal.
  const bool is_late = scheduler_.now() >= routing.came_at + config_.request_max;
  HttpReply result = is_late ? envoy::answer(504, "upstream request timeout")
                             : envoy::as_routed({.ending = kernel::Ending::Reset});
  if (reply) result = envoy::as_routed(std::move(*reply));
  if (reply) {
    result.response.headers.set("server", "envoy");
    const auto took = (scheduler_.now() - passed_on_at) / std::chrono::milliseconds{1};
    result.response.headers.set("x-envoy-upstream-service-time", std::to_string(took));
  }
  close_hop(routing.hop, result.response, routing.bytes_sent);
  return result;
}

}  // namespace emulator::compute
