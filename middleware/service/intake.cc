// How the service takes events that it does not answer for at once: many together, accepted ones, and those
// that a newer version may have overtaken.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/check.h"
#include "middleware/service/accepted.h"
#include "middleware/service/answers.h"
#include "middleware/service/batch.h"
#include "middleware/service/record_version.h"
#include "middleware/service/service.h"

namespace service {
namespace {

using kernel::HttpReply;
using kernel::HttpRequest;
using kernel::Task;

Task<std::vector<HttpReply>> replies_of(std::vector<Task<HttpReply>> takings) {
  co_return co_await kernel::all_of<HttpReply>(std::move(takings));
}

using Traces = std::vector<std::unique_ptr<TraceCarrier::Carried>>;

/// What goes along with the calls of an event beside its traceparent; null: nothing.
std::unique_ptr<TraceCarrier::Carried> carried(TraceCarrier* carrier, std::string_view trace_text) {
  if (carrier == nullptr || !trace_text.contains('\n')) return nullptr;
  return std::make_unique<TraceCarrier::Carried>(*carrier, trace_text);
}

Task<HttpReply> answer_batch(std::vector<std::string> ids, [[maybe_unused]] Traces traces,
                             Task<std::vector<HttpReply>> taking) {
  const std::vector<HttpReply> replies = co_await std::move(taking);
  co_return HttpReply{.response = batch_answer(ids, replies)};
}

}  // namespace

std::string lane_of(const FlowConfig& flow, const kernel::Json& payload) {
  if (!flow.ordering || !flow.ordering->version.empty()) return {};
  return flow.ordering->key.text({.root = &payload});
}

Task<HttpReply> Service::take_batch(HttpRequest request) {
  auto requests = batch_requests(request);
  if (!requests)
    return kernel::answered({.response = kernel::problem(400, "batch", requests.error().message)});
  std::vector<std::string> ids;
  std::vector<Task<HttpReply>> takings;
  Traces traces;
  for (HttpRequest& one : *requests) {
    if (auto trace = carried(traces_, trace_text(one))) traces.push_back(std::move(trace));
    ids.emplace_back(one.headers.get("ce-id"));
    takings.push_back(take(std::move(one)));
  }
  return answer_batch(std::move(ids), std::move(traces), replies_of(std::move(takings)));
}

Task<HttpReply> Service::accept(store::AcceptedEvent event) {
  const store::ClaimKind kind = co_await inbox_.accept(std::move(event));
  co_return answer_to(kind);
}

/// What such a template reads is there or null: it never fails.
store::AppliedVersion version_of_event(const FlowConfig& flow, const kernel::Json& payload) {
  auto version = version_of(flow, {.root = &payload});
  CHECK(version.has_value());
  return std::move(*version);
}

Task<HttpReply> Service::take_newest(Accepted accepted, store::AppliedVersion version) {
  const std::string applied = co_await store_.applied_version(version.record);
  if (inbox::is_outdated(version.version, applied)) {
    co_return json_reply(200, R"({"status":"outdated"})");
  }
  struct Noted {
    kernel::Lookup<store::AppliedVersion>& all;
    std::string event;
    ~Noted() { all.erase(event); }
  };
  const Noted noted{versions_, accepted.event};
  versions_.at(accepted.event) = std::move(version);
  co_return co_await take_event(std::move(accepted));
}

/// As take_event, and what is told of the end is written with it. Nobody waits for its delivery.
Task<HttpReply> Service::take_telling(Accepted accepted, store::AppliedVersion version) {
  if (!version.record.empty()) {
    const std::string applied = co_await store_.applied_version(version.record);
    if (inbox::is_outdated(version.version, applied)) co_return json_reply(200, R"({"status":"outdated"})");
  }
  store::Callbacks callbacks;
  auto claiming = claim(accepted);
  co_await claiming.ended();
  auto running = start_flow(accepted, claiming, &callbacks);
  if (!running) co_return answer_to(accepted.claim);
  const FlowEnd end = co_await std::move(*running);
  ++ends_[{accepted.flow->event, end.state}];
  const bool is_applied = end.state == FlowState::Done;
  const bool is_over =
      is_applied || end.state == FlowState::Compensated || end.state == FlowState::CompensationFailed;
  if (!is_over) {
    const bool is_back = co_await give_back(accepted, end.state);
    co_return concluded(is_back, end);
  }
  const bool is_written =
      co_await store_.done(accepted.event, accepted.fence, around_.scheduler.now(),
                           is_applied ? std::move(version) : store::AppliedVersion{}, std::move(callbacks));
  outbox_.stir();
  co_return concluded(is_written, end);
}

store::Callbacks Service::callbacks_of_dead(store::Work work, const std::string& error) const {
  auto payload = kernel::parse_json(work.event.payload);
  if (!payload) return {};
  const FlowConfig* flow = choose_flow(config_.flows, work.event.type, *payload, work.event.payload);
  if (flow == nullptr || flow->callbacks.empty()) return {};
  const auto trace = kernel::parse_traceparent(traceparent_of(work.event.trace));
  return runner_.callbacks_of_dead(*flow,
                                   {.event = work.event.id,
                                    .cause = trace ? trace->hop : 0,
                                    .claim = {.fence = work.fence, .steps = std::move(work.steps)},
                                    .payload = std::make_unique<kernel::Json>(std::move(*payload)),
                                    .text = std::move(work.event.payload)},
                                   error);
}

Task<inbox::WorkEnd> Service::work(store::Work work) {
  using inbox::WorkState;
  if (find_flow(work.event.type) == nullptr) {
    co_return inbox::WorkEnd{.state = WorkState::Permanent,
                             .error = "no flow for events of type " + work.event.type};
  }
  auto payload = kernel::parse_json(work.event.payload);
  if (!payload) co_return inbox::WorkEnd{.state = WorkState::Permanent, .error = payload.error().message};
  std::string text = std::move(work.event.payload);
  const FlowConfig* flow = choose_flow(config_.flows, work.event.type, *payload, text);
  store::AppliedVersion version = version_of_event(*flow, *payload);
  if (!version.record.empty()) {
    const std::string applied = co_await store_.applied_version(version.record);
    if (inbox::is_outdated(version.version, applied)) co_return inbox::WorkEnd{};
  }
  const auto trace = kernel::parse_traceparent(traceparent_of(work.event.trace));
  const auto carrying = carried(traces_, work.event.trace);
  const auto callbacks = flow->callbacks.empty() ? nullptr : std::make_unique<store::Callbacks>();
  const FlowEnd end =
      co_await runner_.start(*flow, {.event = work.event.id,
                                     .cause = trace ? trace->hop : 0,
                                     .deadline = around_.scheduler.now() + flow->deadline,
                                     .claim = {.fence = work.fence, .steps = std::move(work.steps)},
                                     .payload = std::make_unique<kernel::Json>(std::move(*payload)),
                                     .text = std::move(text),
                                     .callbacks = callbacks.get()});
  ++ends_[{flow->event, end.state}];
  inbox::WorkEnd result = work_end(end, std::move(version));
  if (callbacks) result.callbacks = std::move(*callbacks);
  co_return result;
}

/// By what a caller would be told.
inbox::WorkEnd Service::work_end(const FlowEnd& end, store::AppliedVersion version) {
  using inbox::WorkState;
  const HttpReply answer = answer_of(end);
  const int status = answer.response.status;
  if (status < 300) return {.state = WorkState::Done, .applied = std::move(version)};
  if (status == 409) return {.state = WorkState::TakenOver};
  inbox::WorkEnd result{.state = status == 422 ? WorkState::Permanent : WorkState::Transient};
  if (const auto problem = kernel::parse_json(answer.response.body)) {
    result.error = kernel::json_text_at(*problem, "/detail");
  }
  if (status == 422 || !end.failure) return result;
  const CallFailure& call = end.failure->call;
  result.retry_after = call.retry_after;
  const bool was_asked = call.last.status != 0 || call.last.no_answer.has_value();
  if (call.is_open && !was_asked) result.state = WorkState::Untried;
  // What goes back is never given up on the way.
  if (end.state == FlowState::Compensating) result.state = WorkState::Untried;
  return result;
}

int Service::deliveries_max(const std::string& type) const {
  const FlowConfig* flow = find_flow(type);
  return flow == nullptr ? FlowConfig{}.deliveries_max : flow->deliveries_max;
}

kernel::Duration Service::lease_max() const {
  kernel::Duration longest{};
  for (const FlowConfig& flow : config_.flows) longest = std::max(longest, flow.deadline + undo_time(flow));
  return longest + kLeaseMargin;
}

}  // namespace service
