#include "emulator/sim/wire.h"

namespace emulator::sim {
namespace {

using kernel::Arrival;
using kernel::HttpReply;
using kernel::NoAnswer;
using kernel::Task;

/// The exchange as the server sees it. It takes the handler's task, not the request: a frame less that holds
/// one.
Task<void> serve_one(Task<HttpReply> handling, Arrival<HttpReply> arrival) {
  HttpReply reply = co_await std::move(handling);
  if (reply.ending != kernel::Ending::Hang) arrival.set(std::move(reply));
}

kernel::HttpResult observed(HttpReply reply) {
  switch (reply.ending) {
    case kernel::Ending::Complete:
      return std::move(reply.response);
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

Task<kernel::HttpResult> Wire::send(kernel::HttpRequest request, kernel::Timestamp deadline) {
  kernel::HttpHandler* handler = find(request.host);
  if (handler == nullptr) co_return std::unexpected(NoAnswer::Refused);
  Arrival<HttpReply> arrival(scheduler_);
  if (deadline <= scheduler_.now()) co_return std::unexpected(NoAnswer::Timeout);
  exchanges_.spawn(serve_one(handler->handle(std::move(request)), arrival));
  std::optional<HttpReply> reply = co_await arrival.wait_until(deadline);
  if (!reply) co_return std::unexpected(NoAnswer::Timeout);
  co_return observed(std::move(*reply));
}

}  // namespace emulator::sim
