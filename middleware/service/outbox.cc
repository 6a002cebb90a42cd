#include "middleware/service/outbox.h"

#include <algorithm>

#include "middleware/kernel/ids.h"
#include "middleware/kernel/json.h"
#include "middleware/service/accepted.h"
#include "middleware/service/callbacks.h"
#include "middleware/service/step_call.h"

namespace service {
namespace {

using inbox::Fate;
using inbox::WorkState;
using kernel::Task;
using kernel::Timestamp;

std::string error_text(const CallFailure& failure) {
  const std::string text = failure_text({.step = {}, .call = failure});
  return text.substr(text.find(':') + 2);
}

/// As of an accepted event's delivery.
inbox::WorkEnd end_of_delivery(const CallEnd& end) {
  const auto* failure = std::get_if<CallFailure>(&end.result);
  if (failure == nullptr) return {};
  inbox::WorkEnd result{
      .state = WorkState::Transient, .error = error_text(*failure), .retry_after = failure->retry_after};
  const bool was_asked = failure->last.status != 0 || failure->last.no_answer.has_value();
  if (failure->is_open && !was_asked) result.state = WorkState::Untried;
  if (failure->failure == core::FailureClass::Permanent) result.state = WorkState::Permanent;
  return result;
}

}  // namespace

Outbox::Outbox(OutboxConfig config, const Surroundings& surroundings, store::Outbox& kept,
               std::vector<ApiCaller*> callers)
    : config_(config),
      around_(surroundings),
      kept_(kept),
      callers_(std::move(callers)),
      stirred_(surroundings.scheduler) {}

Task<bool> Outbox::redrive(std::string id) {
  const bool is_there = co_await kept_.redrive_callback(id, around_.scheduler.now());
  if (is_there) {
    const std::string fields = R"({"idempotencyKey":)" + kernel::json_quoted(id) + "}";
    around_.hops.log({.source = "outbox", .message = "dead callback redriven", .fields = fields});
    stir();
  }
  co_return is_there;
}

void Outbox::retire() {
  is_retired_ = true;
  stir();
}

void Outbox::stir() {
  is_stirred_ = true;
  stirred_.notify_all();
}

Task<bool> Outbox::until_stirred() {
  while (!is_stirred_) co_await stirred_.wait();
  co_return true;
}

Task<void> Outbox::take_and_deliver() {
  while (!is_retired_) {
    is_stirred_ = false;
    const int room = config_.running_max - running_;
    const Timestamp now = around_.scheduler.now();
    Timestamp next_look = now + config_.look_every;
    // An empty outbox is not asked: a deployment without callbacks writes nothing for them.
    if (room > 0 && kept_.callback_count().pending > 0) {
      is_taking_ = true;
      store::TakenCallbacks taken =
          co_await kept_.take_callbacks(now, now + config_.deadline + kLeaseMargin, room);
      is_taking_ = false;
      for (store::CallbackWork& work : taken.works) {
        ++running_;
        works_.spawn(deliver(std::move(work)));
      }
      if (taken.next_due && running_ < config_.running_max) next_look = std::min(next_look, *taken.next_due);
    }
    if (!is_stirred_) co_await kernel::with_deadline(around_.scheduler, next_look, until_stirred());
  }
}

Task<void> Outbox::deliver(store::CallbackWork work) {
  inbox::WorkEnd end{.state = WorkState::Transient, .error = "no delivery came to its end"};
  inbox::Verdict verdict{.fate = Fate::Dead, .reason = "crashes"};
  if (!inbox::is_used_up(work.deliveries, config_.deliveries_max)) {
    const auto trace = kernel::parse_traceparent(work.callback.trace);
    kernel::HopScope hop(around_.hops, {.stage = kernel::Stage::Callback,
                                        .event = work.callback.event,
                                        .parent = trace ? trace->hop : 0,
                                        .from = around_.instance,
                                        .to = work.callback.api,
                                        .operation = work.callback.name,
                                        .attempt = work.deliveries});
    auto sending = send(work, hop.id());
    const CallEnd call = co_await std::move(sending);
    end = end_of_delivery(call);
    verdict = judge(work, end);
    close_callback(around_, hop, call, verdict.fate == Fate::Dead);
  }
  auto settling = settle(work, end, verdict);
  co_await std::move(settling);
  --running_;
  stir();
}

Task<CallEnd> Outbox::send(const store::CallbackWork& work, kernel::HopId hop) {
  const store::Callback& callback = work.callback;
  const auto caller =
      std::ranges::find_if(callers_, [&](const ApiCaller* c) { return c->config().name == callback.api; });
  if (caller == callers_.end()) co_return co_await unsendable("the file has no api '" + callback.api + "'");
  auto request = request_of(callback);
  if (!request) co_return co_await unsendable(std::move(request.error()));
  co_return co_await (*caller)->call({.request = std::move(request->request),
                                      .event = callback.event,
                                      .idempotency_key = callback.id,
                                      .step = hop,
                                      .deadline = around_.scheduler.now() + config_.deadline},
                                     request->expected);
}

inbox::Verdict Outbox::judge(const store::CallbackWork& work, const inbox::WorkEnd& end) const {
  const double draw = kernel::draw_unit({.seed = around_.seed,
                                         .rule = "outbox",
                                         .key = work.callback.id,
                                         .n = static_cast<std::uint64_t>(work.deliveries),
                                         .purpose = "parking"});
  return inbox::verdict_after(end, work.deliveries, config_.deliveries_max, config_.parking, draw);
}

/// Only when this is written is the delivery over. If it cannot be written, the lease ends and the callback
/// is delivered again, with the same key.
Task<bool> Outbox::settle(const store::CallbackWork& work, const inbox::WorkEnd& end,
                          const inbox::Verdict& verdict) {
  const std::string& id = work.callback.id;
  const Timestamp now = around_.scheduler.now();
  switch (verdict.fate) {
    case Fate::Done:
      co_return co_await kept_.callback_delivered(id, work.fence, now);
    case Fate::Parked:
      say(kernel::LogLevel::Warn, "callback parked", work, end, verdict);
      co_return co_await kept_.park_callback(id, work.fence, now + verdict.wait, verdict.counts);
    case Fate::Dead: {
      const bool is_buried = co_await kept_.bury_callback(
          id, work.fence, now, {.error_class = std::string(verdict.reason), .error = end.error});
      if (is_buried) say(kernel::LogLevel::Error, "dead callback", work, end, verdict);
      co_return is_buried;
    }
    case Fate::Left:
      break;
  }
  co_return false;
}

void Outbox::say(kernel::LogLevel level, std::string_view what, const store::CallbackWork& work,
                 const inbox::WorkEnd& end, const inbox::Verdict& verdict) const {
  const store::Callback& callback = work.callback;
  const std::string message =
      std::string(what) + ": " + callback.name + " to " + callback.api + ": " + end.error;
  std::string fields = R"({"callback":)" + kernel::json_quoted(callback.name) + R"(,"api":)" +
                       kernel::json_quoted(callback.api) + R"(,"idempotencyKey":)" +
                       kernel::json_quoted(callback.id) + R"(,"deliveries":)" +
                       std::to_string(work.deliveries);
  if (verdict.fate == Fate::Dead) {
    fields += R"(,"errorClass":)" + kernel::json_quoted(verdict.reason) + R"(,"traceId":)" +
              kernel::json_quoted(kernel::trace_id_of(callback.event));
  } else {
    fields += R"(,"waitMs":)" + std::to_string(verdict.wait / std::chrono::milliseconds{1});
  }
  fields += "}";
  around_.hops.log(
      {.level = level, .source = "outbox", .message = message, .event = callback.event, .fields = fields});
}

}  // namespace service
