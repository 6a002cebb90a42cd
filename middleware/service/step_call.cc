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

kernel::HopEnd step_end(const CallEnd& end) {
  if (const auto* response = std::get_if<kernel::HttpResponse>(&end.result)) {
    return {.outcome = Outcome::Ok, .status = response->status};
  }
  const auto& failure = std::get<CallFailure>(end.result);
  Outcome outcome = Outcome::Failed;
  if (failure.reason == "breaker open") outcome = Outcome::Open;
  if (failure.reason == "rate limit" || failure.reason.starts_with("concurrency"))
    outcome = Outcome::Throttled;
  if (failure.reason == "deadline") outcome = Outcome::Timeout;
  if (failure.failure == core::FailureClass::Permanent) outcome = Outcome::Rejected;
  return {.outcome = outcome, .status = failure.last.status, .error = failure.reason};
}

const store::StepRecord* find_done(const std::vector<store::StepRecord>& journal, const std::string& step) {
  const auto found = std::ranges::find(journal, step, &store::StepRecord::step);
  return found == journal.end() || found->state != store::StepState::Done ? nullptr : &*found;
}

}  // namespace service
