#include "middleware/live/server_http.h"

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "middleware/live/attendant.h"

namespace live {
namespace {

/// A thread stands by for the next request: cheaper than the way through the parking for a busy client.
constexpr std::chrono::milliseconds kStandBy{50};

std::string_view reason_of(int status) {
  switch (status) {
    case 408:
      return "Request Timeout";
    case 413:
      return "Payload Too Large";
    case 431:
      return "Request Header Fields Too Large";
    default:
      return "Bad Request";
  }
}

}  // namespace

ServerHttp::After ServerHttp::converse(Session& session, bool is_late) const {
  try {
    return serve(session, is_late);
  } catch (const std::exception&) {
    return After::End;  // out of memory for this connection: it goes, the others stay
  }
}

ServerHttp::After ServerHttp::converse(Session& session, Answer first) const {
  try {
    return send_answer(session, std::move(first)) ? serve(session, false) : After::End;
  } catch (const std::exception&) {
    return After::End;
  }
}

namespace {
/// Clients of TLS that this server treats as no server should.
bool is_turned_away(Session& session) {
  switch (session.door) {
    case kernel::Door::HandshakeHang:
      session.stream.wait_for_close();
      return true;
    case kernel::Door::ClosedInHello:
      session.stream.close_gently();
      return true;
    case kernel::Door::Plaintext:
      refuse_connection(session.stream, {400, "bad_request", "this port speaks HTTP"},
                        session.limits.send_time);
      return true;
    default:
      return false;
  }
}

/// The request came on a connection that was to end as just that happens.
bool is_left_unanswered(Session& session) {
  if (session.afterwards == kernel::Afterwards::ResetAtNext) session.stream.reset();
  return session.afterwards != kernel::Afterwards::Kept;
}
}  // namespace

ServerHttp::After ServerHttp::serve(Session& session, bool is_late) const {
  ServerStream& stream = session.stream;
  if (is_turned_away(session)) return After::End;
  while (!stream.is_shaken()) {
    if (is_late) return After::End;
    const Received got = stream.handshake();
    if (got == Received::Gone) return After::End;
    if (got == Received::Nothing && !stream.wait_readable(kStandBy)) return After::Park;
  }
  while (true) {
    switch (std::exchange(is_late, false) ? session.reader.time_out() : session.reader.advance(stream)) {
      case RequestReader::State::Whole: {
        if (is_left_unanswered(session)) return After::End;
        auto answer = answers_.make(session, [&session](kernel::HttpRequest request) {
          return session.exchange->ask(std::move(request));
        });
        if (!answer || !send_answer(session, std::move(*answer))) return After::End;
        break;
      }
      case RequestReader::State::Refused:
        refuse_connection(stream, session.reader.refusal(), session.limits.send_time);
        return After::End;
      case RequestReader::State::Gone:
        return After::End;
      case RequestReader::State::Idle:
      case RequestReader::State::Head:
      case RequestReader::State::Body:
        // The next request of a quick client of the loop is read there.
        if (session.is_idle() && Attendant::may_serve(session)) return After::Park;
        if (!stream.wait_readable(kStandBy)) return After::Park;
    }
  }
}

void refuse_connection(ServerStream& stream, const Refusal& refusal, std::chrono::milliseconds at_most) {
  const kernel::HttpResponse response = kernel::problem(refusal.status, refusal.type, refusal.detail);
  std::string text =
      "HTTP/1.1 " + std::to_string(refusal.status) + " " + std::string(reason_of(refusal.status)) + "\r\n";
  for (const auto& [name, value] : response.headers) text += name + ": " + value + "\r\n";
  text += "Content-Length: " + std::to_string(response.body.size()) + "\r\nConnection: close\r\n\r\n" +
          response.body;
  if (stream.send(text, at_most)) stream.close_gently();
}

}  // namespace live
