#include "middleware/live/server_http.h"

#include <httplib.h>

#include <optional>
#include <string>
#include <utility>

#include "middleware/live/server_ending.h"

namespace live {
namespace {

constexpr time_t kKeepAliveSeconds = 75;  // what we announce
/// A thread stands by for the next request: cheaper than the way through the parking for a busy client.
constexpr std::chrono::milliseconds kStandBy{50};
constexpr std::size_t kKeepAliveRequests = 1'000'000;

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

/// One request on its way through the library, which knows it as a stream of bytes.
class Dialogue final : public httplib::Stream {
 public:
  explicit Dialogue(Session& session)
      : stream_(session.stream),
        exchange_(*session.exchange),
        send_time_(session.limits.send_time),
        unread_(session.reader.head_text()),
        request_(std::move(session.reader.head().request)),
        is_head_request_(request_.method == "HEAD") {}

  /// The library has read the head: handler, head of the response.
  void answer(httplib::Response& response);
  /// Sends what has been rendered in the way the handler asked for. True when the connection may be used
  /// again.
  bool finish(bool close_asked);
  /// What becomes of the connection at its next request.
  kernel::Afterwards afterwards() const { return reply_.afterwards; }

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* bytes, size_t size) override {
    const std::string_view taken = unread_.substr(0, size);
    taken.copy(bytes, taken.size());
    unread_.remove_prefix(taken.size());
    return static_cast<ssize_t>(taken.size());
  }
  ssize_t write(const char* bytes, size_t size) override {
    output_.append(bytes, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  // The library answers 500 on descriptors that select() could not hold. Nobody selects here.
  socket_t socket() const override { return 0; }

 private:
  enum class State { Unanswered, Answered, Stopped };

  void render(httplib::Response& response);

  ServerStream& stream_;
  Exchange& exchange_;
  const std::chrono::milliseconds send_time_;
  std::string_view unread_;
  kernel::HttpRequest request_;
  const bool is_head_request_;
  kernel::HttpReply reply_;
  State state_ = State::Unanswered;
  bool close_asked_ = false;
  std::string output_;
};

thread_local Dialogue* current_dialogue = nullptr;

void Dialogue::answer(httplib::Response& response) {
  output_.clear();  // "100 Continue", which the client has got when it waited for it
  auto reply = exchange_.ask(std::move(request_));
  if (!reply) {
    state_ = State::Stopped;
    return;
  }
  reply_ = std::move(*reply);
  state_ = State::Answered;
  render(response);
}

void Dialogue::render(httplib::Response& response) {
  if (exchange_.is_last()) {
    close_asked_ = true;
    response.headers.emplace("Connection", "close");
  }
  // The library sees no body, so it neither labels nor changes it; the length is set here, once.
  const kernel::HttpResponse& ours = reply_.response;
  response.status = ours.status;
  for (const auto& [name, value] : ours.headers) {
    if (kernel::equal_without_case(name, "Transfer-Encoding")) continue;
    // Only an answer to HEAD may announce a body that is not there.
    const bool is_length = kernel::equal_without_case(name, "Content-Length");
    if (is_length && !(is_head_request_ && ours.body.empty())) continue;
    if (kernel::equal_without_case(name, "Connection") && kernel::equal_without_case(value, "close")) {
      close_asked_ = true;
    }
    response.headers.emplace(name, value);
  }
  if (!response.has_header("Content-Length")) {
    for (const auto& [name, value] : framing(reply_)) response.headers.emplace(name, value);
  }
}

bool Dialogue::finish(bool close_asked) {
  if (state_ == State::Stopped) return false;
  if (state_ == State::Unanswered) {
    // The library refused the request: where the next one would begin is unknown.
    stream_.send(output_, send_time_);
    stream_.close_gently();
    return false;
  }
  const bool is_kept =
      send_reply(stream_, std::move(output_), reply_,
                 {.is_head_request = is_head_request_, .speed = exchange_.speed(), .at_most = send_time_});
  if (!is_kept) return false;
  if (!close_asked && !close_asked_) return true;
  stream_.close_gently();
  return false;
}

}  // namespace

class ServerHttp::Library final : public httplib::Server {
 public:
  Library() {
    set_keep_alive_timeout(kKeepAliveSeconds);
    set_keep_alive_max_count(kKeepAliveRequests);
    // Before routing: its handlers are found by regular expressions and know only some methods.
    set_pre_routing_handler([](const httplib::Request&, httplib::Response& response) {
      current_dialogue->answer(response);
      return HandlerResponse::Handled;
    });
  }
  /// True when the client asked to close the connection afterwards.
  bool process(Dialogue& dialogue) {
    bool close_asked = false;
    current_dialogue = &dialogue;
    process_request(dialogue, false, close_asked, [](httplib::Request& request) { request.ranges.clear(); });
    current_dialogue = nullptr;
    return close_asked;
  }
};

ServerHttp::ServerHttp() : library_(std::make_unique<Library>()) {}
ServerHttp::~ServerHttp() = default;

ServerHttp::After ServerHttp::converse(Session& session, bool is_late) const {
  try {
    return serve(session, is_late);
  } catch (const std::exception&) {
    return After::End;  // out of memory for this connection: it goes, the others stay
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
        Dialogue dialogue(session);
        const bool close_asked = library_->process(dialogue);
        if (!dialogue.finish(close_asked)) return After::End;
        session.afterwards = dialogue.afterwards();
        session.reader = RequestReader(session.limits);
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
