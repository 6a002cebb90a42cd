#include "middleware/service/answers.h"

#include "middleware/kernel/check.h"

namespace service {
namespace {

kernel::HttpReply later(int status, std::string_view type, std::string_view detail, const char* seconds) {
  kernel::HttpResponse response = kernel::problem(status, type, detail);
  response.headers.add("Retry-After", seconds);
  return {.response = std::move(response)};
}

}  // namespace

kernel::HttpReply json_reply(int status, std::string_view body) {
  return {.response = {status, {{"Content-Type", "application/json"}}, std::string(body)}};
}

kernel::HttpReply store_down() {
  return later(503, "store", "the store cannot write; nothing was acknowledged", "5");
}

kernel::HttpReply answer_to(store::ClaimKind found) {
  using store::ClaimKind;
  switch (found) {
    case ClaimKind::Claimed:
      break;
    case ClaimKind::InFlight:
      return later(409, "in-flight", "the event is being worked on", "1");
    case ClaimKind::Done:
      return json_reply(200, R"({"status":"done","duplicate":true})");
    case ClaimKind::Accepted:
      return json_reply(202, R"({"status":"accepted"})");
    case ClaimKind::Waiting:
      return json_reply(202, R"({"status":"accepted","duplicate":true})");
    case ClaimKind::Dead:
      return json_reply(202, R"({"status":"dead-lettered","duplicate":true})");
    case ClaimKind::OtherPayload:
      return {.response = kernel::problem(422, "other-payload", "the id came with another payload before")};
    case ClaimKind::Full:
      return later(503, "full", "too many events wait", "5");
    case ClaimKind::Failed:
      return store_down();
  }
  CHECK(found != ClaimKind::Claimed);
  return {};
}

}  // namespace service
