#include "emulator/sim/wire.h"

#include <algorithm>

#include "middleware/kernel/check.h"
#include "middleware/kernel/wait.h"
#include "middleware/kernel/wrong_length.h"

namespace emulator::sim {
namespace {

using kernel::HttpReply;
using kernel::NoAnswer;
using kernel::Task;

Task<kernel::HttpResult> unanswered(NoAnswer reason) { co_return std::unexpected(reason); }

/// Who believes a wrong Content-Length reads so much less.
kernel::HttpResponse cut_short(kernel::HttpResponse response) {
  response.body.resize(kernel::wrong_length(response.body.size()));
  return response;
}

/// The client on sockets keeps it for the next request.
bool is_kept(const HttpReply& reply) {
  return reply.ending == kernel::Ending::Complete && reply.afterwards != kernel::Afterwards::Closed &&
         !kernel::equal_without_case(reply.response.headers.get("Connection"), "close");
}

}  // namespace

void Wire::Host::keep(const HttpReply& reply) {
  if (!is_kept(reply)) return;
  // Of those that bear another request only what lies above one that does not is of any matter.
  if (reply.afterwards != kernel::Afterwards::Kept || !resting.empty()) resting.push_back(reply.afterwards);
}

std::optional<NoAnswer> Wire::Host::take_resting() {
  if (resting.empty()) return std::nullopt;
  const kernel::Afterwards last = resting.back();
  resting.pop_back();
  if (last == kernel::Afterwards::ClosedAtNext) return NoAnswer::ClosedEarly;
  if (last == kernel::Afterwards::ResetAtNext) return NoAnswer::Reset;
  return std::nullopt;
}

APART kernel::HttpResult Wire::Host::observed(Exchanges::Answer& answer) {
  std::optional<HttpReply> reply = answer.take();
  if (!reply) return std::unexpected(NoAnswer::Timeout);
  if (reply->afterwards != kernel::Afterwards::Kept || !resting.empty()) keep(*reply);
  switch (reply->ending) {
    case kernel::Ending::Complete:
      return std::move(reply->response);
    case kernel::Ending::LongBody:
      return cut_short(std::move(reply->response));
    case kernel::Ending::Reset:
    case kernel::Ending::ResetInBody:
      return std::unexpected(NoAnswer::Reset);
    case kernel::Ending::Empty:
    case kernel::Ending::HalfClosed:
      return std::unexpected(NoAnswer::ClosedEarly);
    case kernel::Ending::Garbage:
    case kernel::Ending::BadChunk:
    case kernel::Ending::TwoLengths:
    case kernel::Ending::LengthAndChunks:
    case kernel::Ending::BareLf:
    case kernel::Ending::BadStatusLine:
      return std::unexpected(NoAnswer::ProtocolError);
    case kernel::Ending::Truncated:
    case kernel::Ending::CutChunks:
      return std::unexpected(NoAnswer::BodyTruncated);
    case kernel::Ending::Hang:
      break;  // never arrives
  }
  return std::unexpected(NoAnswer::Timeout);
}

Wire::Host* Wire::find(std::string_view host) {
  const auto found = std::ranges::find(hosts_, host, &Host::name);
  return found == hosts_.end() ? nullptr : &*found;
}

void Wire::set_door(std::string_view host, kernel::Door door) {
  Host* const found = find(host);
  CHECK(found != nullptr);
  found->door = door;
  if (door != kernel::Door::Open) found->resting.clear();
}

// No coroutine: a request under way is held by who works on it.
Task<kernel::HttpResult> Wire::send(kernel::HttpRequest request, kernel::Timestamp deadline) {
  Host* const host = find(request.host);
  if (host == nullptr) return unanswered(NoAnswer::Refused);
  if (deadline <= scheduler_.now()) return unanswered(NoAnswer::Timeout);
  if (host->door != kernel::Door::Open) return closed(host->door, deadline);
  if (const auto stale = host->take_resting()) return unanswered(*stale);
  return host->exchange(host->handler->handle(std::move(request)), deadline);
}

Task<kernel::HttpResult> Wire::closed(kernel::Door door, kernel::Timestamp deadline) {
  if (door == kernel::Door::Refused) co_return std::unexpected(NoAnswer::Refused);
  if (door != kernel::Door::ConnectHang && door != kernel::Door::HandshakeHang) {
    co_return std::unexpected(NoAnswer::TlsError);
  }
  const kernel::Timestamp given_up = scheduler_.now() + kConnectTimeout;
  co_await kernel::sleep_until(scheduler_, std::min(given_up, deadline));
  co_return std::unexpected(deadline < given_up ? NoAnswer::Timeout : NoAnswer::ConnectTimeout);
}

Task<kernel::HttpResult> Wire::Host::exchange(Task<HttpReply> handling, kernel::Timestamp deadline) {
  auto answer = exchanges.answer(std::move(handling), deadline);
  co_await answer.ended();
  co_return [this, &answer] { return observed(answer); };
}

}  // namespace emulator::sim
