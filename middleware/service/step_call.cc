#include "middleware/service/step_call.h"

#include <algorithm>

#include "middleware/kernel/check.h"
#include "middleware/kernel/ids.h"

namespace service {

using kernel::Outcome;

ApiCaller& find_caller(const std::vector<ApiCaller*>& callers, const std::string& api) {
  const auto found =
      std::ranges::find_if(callers, [&api](const ApiCaller* c) { return c->config().name == api; });
  CHECK_THAT(found != callers.end(), api);
  return **found;
}

std::string step_key(std::string_view event, const std::string& step, const std::string& api) {
  return kernel::uuid5(event, step + "\n" + api);
}

kernel::Result<> fill_request(kernel::HttpRequest& request, const kernel::TextTemplate& path,
                              const std::vector<std::pair<std::string, kernel::TextTemplate>>& headers,
                              const kernel::JsonTemplate* body, const kernel::TemplateScope& scope) {
  auto target = path.filled(scope);
  if (!target) return kernel::invalid("path: " + target.error().message);
  request.target = std::move(*target);
  for (const auto& [name, value] : headers) {
    auto text = value.filled(scope);
    if (!text) return kernel::invalid("header " + name + ": " + text.error().message);
    request.headers.add(name, std::move(*text));
  }
  if (body == nullptr) return {};
  auto text = body->filled(scope);
  if (!text) return kernel::invalid("body: " + text.error().message);
  request.body = std::move(*text);
  return {};
}

kernel::Task<CallEnd> unsendable(std::string reason) {
  co_return CallEnd{.result =
                        CallFailure{.reason = std::move(reason), .failure = core::FailureClass::Permanent}};
}

bool is_not_found(const CallEnd& end) {
  const auto* failure = std::get_if<CallFailure>(&end.result);
  return failure != nullptr && failure->last.status == 404;
}

namespace {

Outcome outcome_of(const CallFailure& failure) {
  if (failure.failure == core::FailureClass::Permanent) return Outcome::Rejected;
  switch (failure.stop) {
    case Stop::BreakerOpen:
      return Outcome::Open;
    case Stop::RateLimit:
    case Stop::ConcurrencyFull:
    case Stop::ConcurrencyWait:
      return Outcome::Throttled;
    case Stop::Deadline:
      return Outcome::Timeout;
    case Stop::Unsendable:
    case Stop::Permanent:
    case Stop::NotRepeatable:
    case Stop::Attempts:
    case Stop::RetryAfterTooLong:
    case Stop::Budget:
      break;
  }
  return Outcome::Failed;
}

CallNote note_of(const CallEnd& end) {
  CallNote note{.breaker = end.breaker ? to_text(*end.breaker) : "", .attempts = end.attempts};
  if (const auto* failure = std::get_if<CallFailure>(&end.result)) {
    note.failure_class = to_text(failure->failure);
    note.gave_up = label_of(failure->stop);
  }
  return note;
}

/// It reads of `end`.
kernel::HopEnd hop_end(const CallEnd& end) {
  if (const auto* response = std::get_if<kernel::HttpResponse>(&end.result))
    return {.outcome = Outcome::Ok, .status = response->status};
  const auto& failure = std::get<CallFailure>(end.result);
  return {.outcome = outcome_of(failure), .status = failure.last.status, .error = failure.reason};
}

}  // namespace

void close_step(const Surroundings& around, kernel::HopScope& hop, const CallEnd& end) {
  if (around.notes != nullptr) around.notes->note(hop.id(), note_of(end));
  hop.close(hop_end(end));
}

void close_callback(const Surroundings& around, kernel::HopScope& hop, const CallEnd& end, bool is_dead) {
  if (around.notes != nullptr) around.notes->note(hop.id(), note_of(end));
  kernel::HopEnd closing = hop_end(end);
  if (is_dead) closing.outcome = Outcome::DeadLettered;
  hop.close(closing);
}

void close_undo(const Surroundings& around, kernel::HopScope& hop, const CallEnd& end) {
  CallNote note = note_of(end);
  note.is_undo = true;
  if (is_not_found(end)) note.failure_class = note.gave_up = "";
  if (around.notes != nullptr) around.notes->note(hop.id(), note);
  if (is_not_found(end)) return hop.close({.outcome = Outcome::Ok, .status = 404});
  hop.close(hop_end(end));
}

const store::StepRecord* find_done(const std::vector<store::StepRecord>& journal, const std::string& step) {
  const auto found = std::ranges::find(journal, step, &store::StepRecord::step);
  return found == journal.end() || found->state != store::StepState::Done ? nullptr : &*found;
}

}  // namespace service
