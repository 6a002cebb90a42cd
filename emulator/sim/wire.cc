#include "emulator/sim/wire.h"

namespace emulator::sim {
namespace {

using kernel::HttpReply;
using kernel::NoAnswer;
using kernel::Task;

Task<kernel::HttpResult> unanswered(NoAnswer reason) { co_return std::unexpected(reason); }

APART kernel::HttpResult observed(kernel::AnswerScope<HttpReply>::Answer& answer) {
  std::optional<HttpReply> reply = answer.take();
  if (!reply) return std::unexpected(NoAnswer::Timeout);
  switch (reply->ending) {
    case kernel::Ending::Complete:
      return std::move(reply->response);
    case kernel::Ending::Reset:
      return std::unexpected(NoAnswer::Reset);
    case kernel::Ending::Empty:
      return std::unexpected(NoAnswer::ClosedEarly);
    case kernel::Ending::Garbage:
      return std::unexpected(NoAnswer::ProtocolError);
    case kernel::Ending::Truncated:
      return std::unexpected(NoAnswer::BodyTruncated);
    case kernel::Ending::Hang:
      break;  // never arrives
  }
  return std::unexpected(NoAnswer::Timeout);
}

}  // namespace

kernel::HttpHandler* Wire::find(std::string_view host) const {
  for (const auto& [name, handler] : hosts_) {
    if (name == host) return handler;
  }
  return nullptr;
}

// No coroutine: a request under way is held by who works on it.
Task<kernel::HttpResult> Wire::send(kernel::HttpRequest request, kernel::Timestamp deadline) {
  kernel::HttpHandler* handler = find(request.host);
  if (handler == nullptr) return unanswered(NoAnswer::Refused);
  if (deadline <= scheduler_.now()) return unanswered(NoAnswer::Timeout);
  return exchange(handler->handle(std::move(request)), deadline);
}

Task<kernel::HttpResult> Wire::exchange(Task<HttpReply> handling, kernel::Timestamp deadline) {
  auto answer = exchanges_.answer(std::move(handling), deadline);
  co_await answer.ended();
  co_return [&answer] { return observed(answer); };
}

}  // namespace emulator::sim
