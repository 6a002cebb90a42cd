#include "mocks/faults/faulted_reply.h"

#include "middleware/kernel/json.h"

namespace mocks {

using kernel::HttpReply;
using kernel::HttpResponse;

HttpResponse json_answer(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

HttpResponse error_answer(int status, std::string_view code, std::string_view message) {
  std::string body = R"({"error":{"code":)" + kernel::json_quoted(code) + R"(,"message":)";
  kernel::append_json_quoted(body, message);
  return json_answer(status, body + "}}");
}

HttpReply faulted_reply(const FaultRule& rule, kernel::WallTime now) {
  const FaultEffect& effect = rule.effect;
  HttpReply reply{.ending = effect.ending};
  if (effect.ending != kernel::Ending::Complete) return reply;
  reply.response = effect.body.empty()
                       ? error_answer(effect.status.value_or(500), "injected", "fault " + rule.name)
                       : json_answer(effect.status.value_or(500), effect.body);
  if (effect.retry_after) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*effect.retry_after).count();
    reply.response.headers.add("Retry-After", effect.retry_after_is_date
                                                  ? kernel::http_date(now + *effect.retry_after)
                                                  : std::to_string(seconds));
  }
  for (const auto& [name, value] : effect.headers) reply.response.headers.set(name, value);
  return reply;
}

void send_as(HttpReply& reply, kernel::Pace pace, kernel::Afterwards afterwards) {
  reply.pace += pace;
  if (afterwards != kernel::Afterwards::Kept) reply.afterwards = afterwards;
}

HttpReply replaced_reply(const FaultRule& rule, HttpResponse done, kernel::WallTime now) {
  HttpReply reply = faulted_reply(rule, now);
  if (reply.ending == kernel::Ending::Truncated) reply.response = std::move(done);  // half of it is sent
  return reply;
}

}  // namespace mocks
