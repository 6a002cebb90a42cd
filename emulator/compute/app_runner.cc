#include "emulator/compute/app_runner.h"

#include <algorithm>

#include "middleware/kernel/check.h"
#include "middleware/kernel/outcome.h"

namespace emulator::compute {
namespace {

using kernel::HttpReply;
using kernel::HttpRequest;
using kernel::HttpResponse;
using kernel::Outcome;
using kernel::Task;

std::string instance_name(std::int64_t number) { return "middleware-" + std::to_string(number); }

HttpReply from_envoy(int status, std::string body) {
  return {.response = {status, {{"Content-Type", "text/plain"}, {"server", "envoy"}}, std::move(body)}};
}

/// What the router makes of an application that does not answer properly. A body cut in the middle is passed
/// on as it is.
HttpReply as_routed(HttpReply reply) {
  switch (reply.ending) {
    case kernel::Ending::Complete:
    case kernel::Ending::Truncated:
    case kernel::Ending::Hang:
    // A body that breaks off behind its head is passed on as far as it came.
    case kernel::Ending::BadChunk:
    case kernel::Ending::CutChunks:
    case kernel::Ending::ResetInBody:
    case kernel::Ending::LongBody:
      return reply;
    case kernel::Ending::Reset:
    case kernel::Ending::Empty:
    case kernel::Ending::HalfClosed:
      return from_envoy(
          503,
          "upstream connect error or disconnect/reset before headers. reset reason: connection termination");
    // ASSUMPTION: nobody has quoted this one; it is Envoy's ordinary text.
    case kernel::Ending::Garbage:
    case kernel::Ending::TwoLengths:
    case kernel::Ending::LengthAndChunks:
    case kernel::Ending::BareLf:
    case kernel::Ending::BadStatusLine:
      return from_envoy(
          502, "upstream connect error or disconnect/reset before headers. reset reason: protocol error");
  }
  return reply;
}

void close_hop(kernel::HopScope& hop, const HttpResponse& response, std::int64_t bytes_sent) {
  hop.close({.outcome = kernel::outcome_of(response.status),
             .status = response.status,
             .error = response.status >= 400 ? std::string_view(response.body) : std::string_view{},
             .bytes_sent = bytes_sent,
             .bytes_received = static_cast<std::int64_t>(response.body.size()),
             .response = response.body});
}

}  // namespace

std::string_view AppRunner::to_text(State state) {
  switch (state) {
    case State::Provisioning:
      return "provisioning";
    case State::Inactive:
      return "inactive";
    case State::Activating:
      return "activating";
    case State::Active:
      return "active";
    case State::Crashed:
      return "crashed";
  }
  return "unknown";
}

AppRunner::AppRunner(AppRunnerConfig config, kernel::Scheduler& scheduler, kernel::Journal& journal,
                     InstanceFactory& factory)
    : config_(config), scheduler_(scheduler), journal_(journal), factory_(factory), activated_(scheduler) {
  CHECK(config_.provisioned_min >= 1 && config_.active_max >= config_.provisioned_min &&
        config_.concurrency >= 1);
  for (std::int64_t i = 0; i < config_.provisioned_min; ++i) {
    instances_.push_back(make_instance(++started_, State::Inactive));
    instances_.back()->app = factory_.start(started_);
  }
  change(*instances_.front(), State::Active, "deployed");
  watch_idleness(*instances_.front());
}

AppRunner::~AppRunner() {
  for (const auto& instance : instances_) scheduler_.cancel(instance->timer);
}

std::unique_ptr<AppRunner::Instance> AppRunner::make_instance(std::int64_t number, State state) {
  auto instance = std::make_unique<Instance>();
  instance->number = number;
  instance->state = state;
  instance->requests = std::make_unique<Requests>(scheduler_);
  return instance;
}

AppRunner::Place::Place(AppRunner& service, Instance& instance) : service_(&service), instance_(&instance) {
  ++instance.running;
}

AppRunner::Place::~Place() {
  if (instance_ != nullptr && --instance_->running == 0) instance_->idle_since = service_->scheduler_.now();
}

void AppRunner::change(Instance& instance, State state, std::string_view why) {
  const State before = std::exchange(instance.state, state);
  journal_.transition({.kind = "instance",
                       .subject = instance_name(instance.number),
                       .from = to_text(before),
                       .to = to_text(state),
                       .why = why});
}

AppRunner::Instance* AppRunner::find(std::int64_t number) {
  const auto found = std::ranges::find(instances_, number, [](const auto& i) { return i->number; });
  return found == instances_.end() ? nullptr : found->get();
}

AppRunner::Instance* AppRunner::choose() {
  if (Instance* active = least_loaded(State::Active)) return active;
  if (Instance* waking = least_loaded(State::Activating)) return waking;
  return wake();
}

AppRunner::Instance* AppRunner::least_loaded(State state) {
  Instance* best = nullptr;
  for (const auto& instance : instances_) {
    if (instance->state != state || instance->running >= config_.concurrency) continue;
    if (best == nullptr || instance->running < best->running) best = instance.get();
  }
  return best;
}

AppRunner::Instance* AppRunner::wake() {
  for (const auto& instance : instances_) {
    if (instance->state != State::Inactive) continue;
    change(*instance, State::Activating, "a request came");
    scheduler_.cancel(instance->timer);
    instance->timer =
        scheduler_.call_at(scheduler_.now() + config_.activation, [this, number = instance->number] {
          Instance* woken = find(number);
          if (woken == nullptr) return;
          change(*woken, State::Active, "activated");
          watch_idleness(*woken);
          activated_.notify_all();
        });
    return instance.get();
  }
  return nullptr;
}

void AppRunner::scale_out() {
  const std::int64_t provisioning =
      std::ranges::count_if(instances_, [](const auto& i) { return i->state == State::Provisioning; });
  if (provisioning == 0) refused_ = 0;
  // ASSUMPTION: how many are started at once is undocumented. One for each instance's worth of refused
  // requests.
  if (refused_++ < provisioning * config_.concurrency) return;
  if (static_cast<std::int64_t>(instances_.size()) >= config_.active_max) return;
  auto fresh = make_instance(++started_, State::Provisioning);
  const std::int64_t number = fresh->number;
  journal_.transition({.kind = "instance",
                       .subject = instance_name(number),
                       .to = "provisioning",
                       .why = "all instances are full"});
  fresh->timer = scheduler_.call_at(scheduler_.now() + config_.provisioning, [this, number] {
    Instance* ready = find(number);
    if (ready == nullptr) return;
    ready->app = factory_.start(number);
    change(*ready, State::Active, "provisioned");
    watch_idleness(*ready);
    activated_.notify_all();
  });
  instances_.push_back(std::move(fresh));
}

void AppRunner::watch_idleness(Instance& instance) {
  instance.idle_since = scheduler_.now();
  instance.timer = scheduler_.call_at(scheduler_.now() + config_.idle_max,
                                      [this, number = instance.number] { on_idle(number); });
}

void AppRunner::on_idle(std::int64_t number) {
  Instance* instance = find(number);
  if (instance == nullptr || instance->state != State::Active) return;
  const kernel::Timestamp since = instance->running > 0 ? scheduler_.now() : instance->idle_since;
  const kernel::Timestamp due = since + config_.idle_max;
  if (due > scheduler_.now()) {
    instance->timer = scheduler_.call_at(due, [this, number] { on_idle(number); });
    return;
  }
  change(*instance, State::Inactive, "no requests");
  if (static_cast<std::int64_t>(instances_.size()) > config_.provisioned_min) {
    instance->timer =
        scheduler_.call_at(scheduler_.now() + config_.scale_in, [this, number] { drop(number); });
  }
}

void AppRunner::drop(std::int64_t number) {
  const Instance* instance = find(number);
  if (instance == nullptr || instance->state != State::Inactive) return;
  if (static_cast<std::int64_t>(instances_.size()) <= config_.provisioned_min) return;
  journal_.transition({.kind = "instance",
                       .subject = instance_name(number),
                       .from = "inactive",
                       .to = "gone",
                       .why = "scaled in"});
  std::erase_if(instances_, [number](const auto& i) { return i->number == number; });
}

void AppRunner::crash(std::string_view name, kernel::Duration down) {
  for (const auto& instance : instances_) {
    const bool is_meant = name == kServiceName || name == instance_name(instance->number);
    const bool is_up = instance->state != State::Provisioning && instance->state != State::Crashed;
    if (is_meant && is_up) crash(*instance, down);
  }
}

// Volatile state is gone with the application. Requests that wait for its activation wait for its return.
void AppRunner::crash(Instance& instance, kernel::Duration down) {
  scheduler_.cancel(instance.timer);
  change(instance, State::Crashed, "by the timeline");
  instance.requests->cut_off_all();
  instance.app.reset();
  instance.timer =
      scheduler_.call_at(scheduler_.now() + down, [this, number = instance.number] { restart(number); });
}

void AppRunner::restart(std::int64_t number) {
  Instance* instance = find(number);
  if (instance == nullptr) return;
  instance->app = factory_.start(number);
  change(*instance, State::Active, "restarted");
  watch_idleness(*instance);
  activated_.notify_all();
}

/// No instance takes the request.
HttpReply AppRunner::refusal() {
  // ASSUMPTION: while an instance is down the router still finds its address, and nobody there.
  const auto is_down = [](const auto& i) { return i->state == State::Crashed; };
  if (std::ranges::any_of(instances_, is_down)) {
    return from_envoy(
        503, "upstream connect error or disconnect/reset before headers. reset reason: connection failure");
  }
  scale_out();
  // ASSUMPTION: body and headers of the saturation answer are not documented.
  return from_envoy(429, "Too Many Requests");
}

// No coroutines where nothing waits: a request that is being worked on is held by nobody on its way.
Task<HttpReply> AppRunner::handle(HttpRequest request) {
  const auto trace = kernel::parse_traceparent(request.headers.get("traceparent"));
  kernel::HopScope hop(journal_, {.stage = kernel::Stage::Compute,
                                  .event = trace ? std::string_view(trace->event) : std::string_view{},
                                  .parent = trace ? trace->hop : 0,
                                  .from = "ingest",
                                  .to = "middleware",
                                  .operation = request.method + " " + request.target});
  const auto bytes = static_cast<std::int64_t>(request.body.size());
  Instance* instance = choose();
  if (instance == nullptr) {
    HttpReply reply = refusal();
    close_hop(hop, reply.response, bytes);
    return kernel::answered(std::move(reply));
  }
  if (trace) request.headers.set("traceparent", kernel::traceparent(trace->event, hop.id()));
  Routing routing{Place(*this, *instance), std::move(hop), scheduler_.now(), bytes};
  return instance->state == State::Active ? pass_on(std::move(routing), std::move(request))
                                          : wait_for_instance(std::move(routing), std::move(request));
}

Task<HttpReply> AppRunner::wait_for_instance(Routing routing, HttpRequest request) {
  while (routing.place.instance().state != State::Active) co_await activated_.wait();
  co_return co_await pass_on(std::move(routing), std::move(request));
}

Task<HttpReply> AppRunner::pass_on(Routing routing, HttpRequest request) {
  request.headers.set("X-Forwarded-Proto", "https");
  request.headers.set("X-Envoy-Expected-Rq-Timeout-Ms",
                      std::to_string(config_.request_max / std::chrono::milliseconds{1}));
  Task<HttpReply> handling = routing.place.instance().app->handle(std::move(request));
  return serve(std::move(routing), std::move(handling), scheduler_.now());
}

Task<HttpReply> AppRunner::serve(Routing routing, Task<HttpReply> handling, kernel::Timestamp passed_on_at) {
  // The place is the application's: it works on, unseen, when its caller is answered without it.
  Requests& requests = *routing.place.instance().requests;
  auto answer =
      requests.answer(std::move(handling), routing.came_at + config_.request_max, std::move(routing.place));
  co_await answer.ended();
  co_return [&] { return routed(answer, routing, passed_on_at); };
}

HttpReply AppRunner::routed(Requests::Answer& answer, Routing& routing,
                            kernel::Timestamp passed_on_at) const {
  std::optional<HttpReply> reply = answer.take();
  // ASSUMPTION: Envoy's ordinary answer at the cut. The application goes on and gets no signal.
  const bool is_late = scheduler_.now() >= routing.came_at + config_.request_max;
  HttpReply result =
      is_late ? from_envoy(504, "upstream request timeout") : as_routed({.ending = kernel::Ending::Reset});
  if (reply) result = as_routed(std::move(*reply));
  if (reply) {
    result.response.headers.set("server", "envoy");
    const auto took = (scheduler_.now() - passed_on_at) / std::chrono::milliseconds{1};
    result.response.headers.set("x-envoy-upstream-service-time", std::to_string(took));
  }
  close_hop(routing.hop, result.response, routing.bytes_sent);
  return result;
}

}  // namespace emulator::compute
