#include "middleware/service/dead_callbacks.h"

#include <nlohmann/json.hpp>

#include "middleware/inbox/admin_call.h"
#include "middleware/kernel/ids.h"
#include "middleware/service/answers.h"

namespace service {
namespace {

using kernel::HttpReply;
using kernel::Task;

kernel::Json json_of(const store::DeadCallback& dead, kernel::WallTime died_at) {
  auto request = kernel::parse_json(dead.callback.request);
  return {{"id", dead.callback.id},
          {"callback", dead.callback.name},
          {"api", dead.callback.api},
          {"event", dead.callback.event},
          {"lane", dead.callback.lane},
          {"errorClass", dead.error_class},
          {"error", dead.error},
          {"deliveries", dead.deliveries},
          {"diedAt", kernel::iso_millis(died_at)},
          {"traceId", kernel::trace_id_of(dead.callback.event)},
          {"request", request ? std::move(*request) : kernel::Json(dead.callback.request)}};
}

}  // namespace

Task<HttpReply> DeadCallbacks::handle(kernel::HttpRequest request) {
  inbox::AdminCall call = inbox::admin_call(request, kDeadCallbacksPath);
  if (call.refusal) return kernel::answered({std::move(*call.refusal)});
  return call.limit > 0 ? list(call.limit) : redrive(std::move(call.redriven));
}

Task<HttpReply> DeadCallbacks::list(int limit) {
  const std::vector<store::DeadCallback> dead = co_await kept_.dead_callbacks(limit);
  kernel::Json all = kernel::Json::array();
  for (const store::DeadCallback& one : dead)
    all.push_back(json_of(one, scheduler_.wall_now() + (one.died_at - scheduler_.now())));
  co_return json_reply(200, kernel::json_text({{"deadCallbacks", std::move(all)}}));
}

Task<HttpReply> DeadCallbacks::redrive(std::string id) {
  if (co_await outbox_.redrive(std::move(id))) co_return json_reply(202, R"({"status":"accepted"})");
  co_return HttpReply{kernel::problem(404, "dead-callback", "there is no dead callback of this id")};
}

}  // namespace service
