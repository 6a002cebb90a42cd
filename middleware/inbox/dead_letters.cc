#include "middleware/inbox/dead_letters.h"

#include <nlohmann/json.hpp>

#include "middleware/inbox/admin_call.h"
#include "middleware/kernel/ids.h"

namespace inbox {
namespace {

using kernel::HttpReply;
using kernel::Task;

HttpReply json_reply(int status, std::string body) {
  return {.response = {status, {{"Content-Type", "application/json"}}, std::move(body)}};
}

kernel::Json json_of(const store::DeadLetter& letter, kernel::WallTime died_at) {
  auto payload = kernel::parse_json(letter.event.payload);
  return {{"id", letter.event.id},
          {"type", letter.event.type},
          {"orderingKey", letter.event.lane},
          {"errorClass", letter.error_class},
          {"error", letter.error},
          {"deliveries", letter.deliveries},
          {"diedAt", kernel::iso_millis(died_at)},
          {"traceId", kernel::trace_id_of(letter.event.id)},
          {"payload", payload ? std::move(*payload) : kernel::Json(letter.event.payload)}};
}

}  // namespace

Task<HttpReply> DeadLetters::handle(kernel::HttpRequest request) {
  AdminCall call = admin_call(request, kDeadLettersPath);
  if (call.refusal) return kernel::answered({std::move(*call.refusal)});
  return call.limit > 0 ? list(call.limit) : redrive(std::move(call.redriven));
}

Task<HttpReply> DeadLetters::list(int limit) {
  const std::vector<store::DeadLetter> letters = co_await store_.dead_letters(limit);
  kernel::Json all = kernel::Json::array();
  for (const store::DeadLetter& letter : letters) {
    all.push_back(json_of(letter, scheduler_.wall_now() + (letter.died_at - scheduler_.now())));
  }
  co_return json_reply(200, kernel::json_text({{"deadLetters", std::move(all)}}));
}

Task<HttpReply> DeadLetters::redrive(std::string event) {
  if (co_await inbox_.redrive(event)) co_return json_reply(202, R"({"status":"accepted"})");
  co_return HttpReply{kernel::problem(404, "dead-letter", "there is no dead letter of this id")};
}

}  // namespace inbox
