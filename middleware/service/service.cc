#include "middleware/service/service.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/core/deadline.h"
#include "middleware/service/accepted.h"
#include "middleware/service/answers.h"
#include "middleware/service/batch.h"

namespace service {
namespace {

using kernel::HttpReply;
using kernel::HttpRequest;
using kernel::HttpResponse;

std::vector<std::unique_ptr<ApiCaller>> make_callers(const ServiceConfig& config,
                                                     const Surroundings& around) {
  std::vector<std::unique_ptr<ApiCaller>> callers;
  for (const ApiConfig& api : config.apis) callers.push_back(std::make_unique<ApiCaller>(api, around));
  return callers;
}

std::vector<ApiCaller*> pointers(const std::vector<std::unique_ptr<ApiCaller>>& callers) {
  std::vector<ApiCaller*> result;
  for (const auto& caller : callers) result.push_back(caller.get());
  return result;
}

kernel::Task<kernel::HttpReply> answered(HttpResponse response) {
  return kernel::answered({.response = std::move(response)});
}

/// Whole seconds, rounded up, at least 1.
std::string retry_after_text(kernel::Duration wait) {
  return std::to_string(std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(wait).count()));
}

ServiceConfig with_read_answers(ServiceConfig config) {
  for (FlowConfig& flow : config.flows) note_read_answers(flow);
  return config;
}

HttpResponse failed(const StepFailure& failure) {
  const CallFailure& call = failure.call;
  const bool permanent = call.failure == core::FailureClass::Permanent;
  HttpResponse response =
      kernel::problem(permanent ? 422 : 503, permanent ? "refused" : "try-later", failure_text(failure));
  if (!permanent && call.retry_after.count() > 0) {
    response.headers.add("Retry-After", retry_after_text(call.retry_after));
  }
  return response;
}

kernel::Task<bool> another_has_it() { co_return false; }

}  // namespace

kernel::HttpReply answer_of(const FlowEnd& end) {
  switch (end.state) {
    case FlowState::Done:
      return json_reply(200, R"({"status":"done"})");
    case FlowState::TakenOver:
      return {kernel::problem(409, "taken-over", "another delivery of the event went on")};
    case FlowState::Compensated:
      return {kernel::problem(422, "compensated", failure_text(*end.failure) + "; what was done is undone")};
    case FlowState::CompensationFailed:
      return {
          kernel::problem(422, "compensation-failed", failure_text(*end.failure) + "; somebody has to look")};
    case FlowState::Compensating:
    case FlowState::Failed:
      break;
  }
  return {failed(*end.failure)};
}

Service::Service(ServiceConfig config, Surroundings surroundings, store::Store& store, StepHandlers handlers)
    : config_(with_read_answers(std::move(config))),
      around_(std::move(surroundings)),
      store_(store),
      callers_(make_callers(config_, around_)),
      runner_(around_, store_, pointers(callers_), std::move(handlers)),
      inbox_(config_.inbox, around_.scheduler, around_.hops, store_, *this, around_.seed),
      dead_letters_(around_.scheduler, store_, inbox_),
      outbox_(config_.outbox, around_, store_.outbox(), pointers(callers_)),
      dead_callbacks_(around_.scheduler, store_.outbox(), outbox_) {
  if (config_.works_off_store) inbox_.start();
  const bool has_callbacks =
      std::ranges::any_of(config_.flows, [](const FlowConfig& flow) { return !flow.callbacks.empty(); });
  if (config_.works_off_store || has_callbacks) outbox_.start();
}

void Service::retire() {
  inbox_.retire();
  outbox_.retire();
}

std::vector<Gauge> Service::gauges() const {
  const store::OutboxCount count = store_.outbox().callback_count();
  std::vector<Gauge> gauges = flow_ends();
  gauges.push_back({.name = "outbox_pending", .value = static_cast<double>(count.pending)});
  gauges.push_back({.name = "outbox_dead", .value = static_cast<double>(count.dead)});
  return gauges;
}

std::vector<ApiCaller*> Service::callers() const { return pointers(callers_); }

std::vector<Gauge> Service::flow_ends() const {
  std::vector<Gauge> gauges;
  for (const auto& [key, count] : ends_) {
    gauges.push_back({.name = "saga_ended_total",
                      .value = static_cast<double>(count),
                      .labels = {{"route", key.first}, {"state", std::string(to_text(key.second))}},
                      .only_grows = true});
  }
  return gauges;
}

const FlowConfig* Service::find_flow(std::string_view event) const {
  const auto found = std::ranges::find(config_.flows, event, &FlowConfig::event);
  return found == config_.flows.end() ? nullptr : &*found;
}

// No coroutine: a request that is being worked on costs one frame less.
kernel::Task<kernel::HttpReply> Service::handle(HttpRequest request) {
  const std::string path = request.target.substr(0, request.target.find('?'));
  if (path == "/health") {
    const bool reads = request.method == "GET" || request.method == "HEAD";
    return answered(reads ? health() : kernel::problem(405, "method", "GET /health"));
  }
  if (path.starts_with(inbox::kDeadLettersPath)) return dead_letters_.handle(std::move(request));
  if (path.starts_with(kDeadCallbacksPath)) return dead_callbacks_.handle(std::move(request));
  if (path != "/events") return answered(kernel::problem(404, "path", "no such path: " + path));
  if (request.method != "POST") return answered(kernel::problem(405, "method", "POST /events"));
  return is_batch(request) ? take_batch(std::move(request)) : take(std::move(request));
}

kernel::Task<kernel::HttpReply> Service::take(HttpRequest request) {
  auto accepted = read(request);
  if (!accepted) return answered(std::move(accepted.error()));
  const FlowConfig& flow = *accepted->flow;
  if (!flow.callbacks.empty() && outbox_.is_full())
    return kernel::answered(answer_to(store::ClaimKind::Full));
  if (config_.answer == AnswerWhen::Accepted) {
    return accept(
        {.id = std::move(accepted->event),
         .type = flow.event,
         .lane = lane_of(flow, *accepted->payload),
         .trace = trace_text(request),
         .payload = std::move(request.body),
         .fingerprint = inbox::fingerprint_of(flow.event, *accepted->payload, config_.added_member)});
  }
  auto version = version_of_event(flow, *accepted->payload);
  if (!flow.callbacks.empty()) return take_telling(std::move(*accepted), std::move(version));
  if (version.record.empty()) return take_event(std::move(*accepted));
  return take_newest(std::move(*accepted), std::move(version));
}

std::expected<Service::Accepted, HttpResponse> Service::read(const HttpRequest& request) const {
  const std::string event(request.headers.get("ce-id"));
  const std::string type(request.headers.get("ce-type"));
  if (event.empty() || type.empty()) {
    return std::unexpected(kernel::problem(400, "headers", "ce-id and ce-type are required"));
  }
  if (find_flow(type) == nullptr)
    return std::unexpected(kernel::problem(422, "no-flow", "no flow for events of type " + type));
  auto payload = kernel::parse_json(request.body);
  if (!payload || !payload->is_object()) {
    return std::unexpected(
        kernel::problem(422, "payload", payload ? "the payload is no JSON object" : payload.error().message));
  }
  const FlowConfig* flow = choose_flow(config_.flows, type, *payload, request.body);
  const auto trace = kernel::parse_traceparent(request.headers.get("traceparent"));
  return Accepted{.flow = flow,
                  .event = event,
                  .cause = trace ? trace->hop : 0,
                  .deadline = core::work_deadline(around_.scheduler.now(), flow->deadline,
                                                  request.headers.get(core::kDeadlineHeader)),
                  .payload = std::make_unique<kernel::Json>(std::move(*payload)),
                  .text = std::make_unique<std::string>(request.body)};
}

kernel::Task<kernel::HttpReply> Service::take_event(Accepted accepted) {
  auto claiming = claim(accepted);
  co_await claiming.ended();
  auto running = start_flow(accepted, claiming);
  if (!running) co_return [&accepted] { return answer_to(accepted.claim); };
  co_await running->ended();
  const FlowEnd end = running->take();
  auto giving_back = give_back(accepted, end.state);
  co_await giving_back.ended();
  co_return [&] { return concluded(giving_back.take(), end); };
}

kernel::Task<store::Claim> Service::claim(const Accepted& accepted) const {
  return store_.claim(accepted.event, around_.scheduler.now(),
                      accepted.deadline + undo_time(*accepted.flow) + kLeaseMargin,
                      inbox::fingerprint_of(accepted.flow->event, *accepted.payload, config_.added_member));
}

/// False when the claim is another's by now.
kernel::Task<bool> Service::give_back(const Accepted& accepted, FlowState state) {
  ++ends_[{accepted.flow->event, state}];
  switch (state) {
    case FlowState::Done:
      return store_.done(accepted.event, accepted.fence, around_.scheduler.now(),
                         version_under_way(accepted.event));
    case FlowState::Compensated:
    case FlowState::CompensationFailed:
      return store_.done(accepted.event, accepted.fence, around_.scheduler.now(), {});
    case FlowState::Failed:
    case FlowState::Compensating:
      return store_.release(accepted.event, accepted.fence);
    case FlowState::TakenOver:
      break;
  }
  return another_has_it();
}

HttpReply Service::concluded(bool is_written, const FlowEnd& end) const {
  const bool is_over = end.state != FlowState::Failed && end.state != FlowState::Compensating;
  return !is_written && is_over && store_.trouble() ? store_down() : answer_of(end);
}

store::AppliedVersion Service::version_under_way(const std::string& event) const {
  const store::AppliedVersion* version = versions_.find(event);
  return version == nullptr ? store::AppliedVersion{} : *version;
}

/// Hands the payload over.
std::optional<kernel::Task<FlowEnd>> Service::start_flow(Accepted& accepted,
                                                         kernel::Task<store::Claim>& claimed,
                                                         store::Callbacks* callbacks) {
  store::Claim claim = claimed.take();
  accepted.claim = claim.kind;
  accepted.fence = claim.fence;
  if (claim.kind != store::ClaimKind::Claimed) return std::nullopt;
  const std::unique_ptr<std::string> text = std::move(accepted.text);
  return runner_.start(*accepted.flow, {.event = accepted.event,
                                        .cause = accepted.cause,
                                        .deadline = accepted.deadline,
                                        .claim = std::move(claim),
                                        .payload = std::move(accepted.payload),
                                        .text = std::move(*text),
                                        .callbacks = callbacks});
}

HttpResponse Service::health() const {
  // Liveness: an open breaker degrades, it does not fail, or one vendor's outage would restart every
  // instance.
  std::string checks;
  bool degraded = false;
  for (const auto& caller : callers_) {
    const core::BreakerState state = caller->breaker_state();
    const bool pass = state == core::BreakerState::Closed || state == core::BreakerState::Disabled;
    degraded = degraded || !pass;
    if (!checks.empty()) checks += ',';
    checks += kernel::json_quoted(caller->config().name + ":breaker") +
              R"(:[{"componentType":"component","status":")" + (pass ? "pass" : "warn") +
              R"(","observedValue":")" + std::string(to_text(state)) + R"("}])";
  }
  HttpResponse response{
      200, {{"Content-Type", "application/health+json"}, {"Cache-Control", "no-store"}}, {}};
  response.body = std::string(R"({"status":")") + (degraded ? "warn" : "pass") + R"(","serviceId":)" +
                  kernel::json_quoted(around_.instance) + R"(,"checks":{)" + checks + "}}";
  return response;
}

}  // namespace service
