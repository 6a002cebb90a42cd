#include "emulator/compute/app_runner.h"

#include <algorithm>

#include "middleware/kernel/check.h"

namespace emulator::compute {
namespace {

using kernel::HttpReply;
using kernel::HttpRequest;
using kernel::HttpResponse;
using kernel::Outcome;
using kernel::Task;

Outcome outcome_of(int status) {
  if (status == 429) return Outcome::Throttled;
  if (status >= 500) return Outcome::Failed;
  return status >= 400 ? Outcome::Rejected : Outcome::Ok;
}

std::string instance_name(std::int64_t number) { return "middleware-" + std::to_string(number); }

Task<HttpReply> wait_for(kernel::Arrival<HttpReply> arrival) { co_return co_await arrival.wait(); }

}  // namespace

std::string_view AppRunner::to_text(State state) {
  switch (state) {
    case State::Provisioning: return "provisioning";
    case State::Inactive: return "inactive";
    case State::Activating: return "activating";
    case State::Active: return "active";
  }
  return "unknown";
}

AppRunner::AppRunner(AppRunnerConfig config, kernel::Scheduler& scheduler, kernel::Journal& journal,
                     InstanceFactory& factory)
    : config_(config), scheduler_(scheduler), journal_(journal), factory_(factory), activated_(scheduler) {
  CHECK(config_.provisioned_min >= 1 && config_.active_max >= config_.provisioned_min && config_.concurrency >= 1);
  for (std::int64_t i = 0; i < config_.provisioned_min; ++i) {
    instances_.push_back(std::make_unique<Instance>(Instance{.number = ++started_, .app = factory_.start(started_)}));
  }
  change(*instances_.front(), State::Active, "deployed");
  watch_idleness(*instances_.front());
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

AppRunner::Instance* AppRunner::pick() {
  Instance* best = nullptr;
  for (const auto& instance : instances_) {
    if (instance->state != State::Active || instance->running >= config_.concurrency) continue;
    if (best == nullptr || instance->running < best->running) best = instance.get();
  }
  return best;
}

AppRunner::Instance* AppRunner::wake() {
  for (const auto& instance : instances_) {
    if (instance->state == State::Activating) return instance.get();
  }
  for (const auto& instance : instances_) {
    if (instance->state != State::Inactive) continue;
    change(*instance, State::Activating, "a request came");
    scheduler_.cancel(instance->timer);
    instance->timer = scheduler_.call_at(scheduler_.now() + config_.activation, [this, number = instance->number] {
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

void AppRunner::provision() {
  const bool is_provisioning = std::ranges::any_of(
      instances_, [](const auto& i) { return i->state == State::Provisioning; });
  if (is_provisioning || static_cast<std::int64_t>(instances_.size()) >= config_.active_max) return;
  auto fresh = std::make_unique<Instance>(Instance{.number = ++started_, .app = nullptr, .state = State::Provisioning});
  const std::int64_t number = fresh->number;
  journal_.transition({.kind = "instance", .subject = instance_name(number), .to = "provisioning", .why = "all instances are full"});
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
  instance.timer = scheduler_.call_at(scheduler_.now() + config_.idle_max, [this, number = instance.number] { on_idle(number); });
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
    instance->timer = scheduler_.call_at(scheduler_.now() + config_.scale_in, [this, number] { drop(number); });
  }
}

void AppRunner::drop(std::int64_t number) {
  const Instance* instance = find(number);
  if (instance == nullptr || instance->state != State::Inactive) return;
  if (static_cast<std::int64_t>(instances_.size()) <= config_.provisioned_min) return;
  journal_.transition({.kind = "instance", .subject = instance_name(number), .from = "inactive", .to = "gone", .why = "scaled in"});
  std::erase_if(instances_, [number](const auto& i) { return i->number == number; });
}

Task<AppRunner::Instance*> AppRunner::find_instance() {
  while (true) {
    if (Instance* free = pick()) co_return free;
    // An inactive instance is woken for the request, which waits; a full service refuses it.
    const bool any_active = std::ranges::any_of(instances_, [](const auto& i) { return i->state == State::Active; });
    Instance* waking = wake();
    if (waking == nullptr || any_active) {
      if (waking == nullptr) provision();
      if (any_active) co_return nullptr;
    }
    co_await activated_.wait();
  }
}

Task<HttpReply> AppRunner::handle(HttpRequest request) {
  const auto trace = kernel::parse_traceparent(request.headers.get("traceparent"));
  const std::string event = trace ? trace->event : std::string{};
  kernel::HopScope hop(journal_, {.stage = kernel::Stage::Compute,
                                  .event = event,
                                  .parent = trace ? trace->hop : 0,
                                  .from = "ingest",
                                  .to = "middleware",
                                  .operation = request.method + " " + request.target});
  const auto bytes = static_cast<std::int64_t>(request.body.size());
  Instance* instance = co_await find_instance();
  HttpReply reply;
  if (instance == nullptr) {
    // ASSUMPTION: body and headers of the saturation answer are not documented.
    reply.response = {429, {{"Content-Type", "text/plain"}, {"server", "envoy"}}, "Too Many Requests"};
  } else {
    if (trace) request.headers.set("traceparent", kernel::traceparent(event, hop.id()));
    reply = co_await pass_on(*instance, std::move(request));
  }
  const HttpResponse& response = reply.response;
  hop.close({.outcome = outcome_of(response.status),
             .status = response.status,
             .error = response.status >= 400 ? std::string_view(response.body) : std::string_view{},
             .bytes_sent = bytes,
             .bytes_received = static_cast<std::int64_t>(response.body.size()),
             .response = response.body});
  co_return reply;
}

Task<HttpReply> AppRunner::pass_on(Instance& instance, HttpRequest request) {
  ++instance.running;
  request.headers.set("X-Forwarded-Proto", "https");
  request.headers.set("X-Envoy-Expected-Rq-Timeout-Ms", std::to_string(config_.request_max / std::chrono::milliseconds{1}));
  kernel::Arrival<HttpReply> arrival(scheduler_);
  requests_.spawn(serve(instance.number, std::move(request), arrival));
  std::optional<HttpReply> reply = co_await kernel::with_deadline<HttpReply>(
      scheduler_, scheduler_.now() + config_.request_max, wait_for(arrival));
  // ASSUMPTION: Envoy's ordinary answer at the cut. The application goes on and gets no signal.
  if (!reply) co_return HttpReply{{504, {{"Content-Type", "text/plain"}, {"server", "envoy"}}, "upstream request timeout"}};
  reply->response.headers.add("server", "envoy");
  co_return std::move(*reply);
}

Task<void> AppRunner::serve(std::int64_t number, HttpRequest request, kernel::Arrival<HttpReply> arrival) {
  Instance* instance = find(number);
  HttpReply reply = co_await instance->app->handle(std::move(request));
  instance = find(number);
  CHECK(instance != nullptr && instance->running > 0);
  if (--instance->running == 0) instance->idle_since = scheduler_.now();
  arrival.set(std::move(reply));
}

}  // namespace emulator::compute
