#include "middleware/live/server_http.h"

#include <httplib.h>

#include <optional>
#include <string>
#include <utility>

#include "middleware/live/server_head.h"

namespace live {
namespace {

constexpr std::size_t kHeadMax = 256 * 1024;
constexpr time_t kKeepAliveSeconds = 75;  // what we announce, and the socket's timeout
constexpr std::size_t kKeepAliveRequests = 1'000'000;
constexpr std::string_view kGarbage = "\x15\x03 this is not HTTP \x7F\r\n\r\n";

/// One request on its way through the library, which knows it as a stream of bytes.
class Dialogue final : public httplib::Stream {
 public:
  Dialogue(ServerStream& stream, Exchange& exchange, std::size_t body_bytes_max)
      : stream_(stream), exchange_(exchange), body_bytes_max_(body_bytes_max) {}

  /// False when no whole request comes any more.
  bool receive_head();
  /// The library has read the head: body, handler, head of the response.
  void answer(httplib::Response& response);
  /// Sends what has been rendered in the way the handler asked for. True when the connection may be used
  /// again.
  bool finish(bool close_asked);

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* bytes, size_t size) override {
    if (stream_.received().empty() && !stream_.receive_more()) return 0;
    const std::string_view taken = stream_.received().substr(0, size);
    taken.copy(bytes, taken.size());
    stream_.consume(taken.size());
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
  enum class State { Unanswered, Answered, Refused, Stopped };

  void refuse(httplib::Response& response, int status, const char* type, const char* detail);
  void render(httplib::Response& response);
  bool promises_body() const {
    return head_.request.method != "HEAD" && reply_.response.status != 204 && reply_.response.status != 304;
  }

  ServerStream& stream_;
  Exchange& exchange_;
  const std::size_t body_bytes_max_;
  RequestHead head_;
  bool is_head_request_ = false;
  kernel::HttpReply reply_;
  State state_ = State::Unanswered;
  bool close_asked_ = false;
  std::string output_;
};

thread_local Dialogue* current_dialogue = nullptr;

bool Dialogue::receive_head() {
  std::size_t searched = 0;
  while (true) {
    const std::string_view received = stream_.received();
    const std::size_t end = received.find("\r\n\r\n", searched);
    if (end != std::string_view::npos) {
      head_ = parse_head(received.substr(0, end + 4));
      is_head_request_ = head_.request.method == "HEAD";
      return true;
    }
    // Nobody waits for the end of a head that is none, such as the greeting of a TLS client.
    const bool is_text = received.empty() || received.front() >= ' ';
    if (!is_text || received.size() > kHeadMax) return false;
    searched = received.size() > 3 ? received.size() - 3 : 0;
    if (!stream_.receive_more()) return false;
  }
}

void Dialogue::answer(httplib::Response& response) {
  // "100 Continue", when it was asked for: the client sends the body only now.
  if (!output_.empty()) stream_.send(std::exchange(output_, {}));
  switch (read_body(stream_, head_, body_bytes_max_, head_.request.body)) {
    case BodyRead::Done:
      break;
    case BodyRead::TooLarge:
      return refuse(response, 413, "body_too_large", "the server takes no body of that size");
    case BodyRead::Malformed:
      return refuse(response, 400, "bad_request", "the length of the body cannot be told");
    case BodyRead::Gone:
      state_ = State::Stopped;
      return;
  }
  auto reply = exchange_.ask(std::move(head_.request));
  if (!reply) {
    state_ = State::Stopped;
    return;
  }
  reply_ = std::move(*reply);
  state_ = State::Answered;
  render(response);
}

void Dialogue::refuse(httplib::Response& response, int status, const char* type, const char* detail) {
  reply_.response = kernel::problem(status, type, detail);
  reply_.response.headers.add("Connection", "close");
  state_ = State::Refused;
  render(response);
}

void Dialogue::render(httplib::Response& response) {
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
    const bool cut = reply_.ending == kernel::Ending::Truncated && ours.body.empty();
    response.headers.emplace("Content-Length", std::to_string(cut ? 1 : ours.body.size()));
  }
}

bool Dialogue::finish(bool close_asked) {
  if (state_ == State::Stopped) return false;
  if (state_ == State::Unanswered || state_ == State::Refused) {
    // The library, or we, refused the request: where the next one would begin is unknown.
    if (state_ == State::Refused && !is_head_request_) output_ += reply_.response.body;
    stream_.send(output_);
    stream_.close_gently();
    return false;
  }
  std::string& body = reply_.response.body;
  switch (reply_.ending) {
    case kernel::Ending::Complete: {
      if (!is_head_request_) output_ += body;
      const bool sent = stream_.send(output_);
      if (sent && !close_asked && !close_asked_) return true;
      stream_.close_gently();
      return false;
    }
    case kernel::Ending::Truncated:
      // Without a body there is nothing to cut but the head.
      if (is_head_request_ || reply_.response.status == 204 || reply_.response.status == 304) {
        output_.resize(output_.size() / 2);
      } else {
        output_.append(body, 0, body.size() / 2);
      }
      stream_.send(output_);
      return false;
    case kernel::Ending::Garbage:
      stream_.send(kGarbage);
      return false;
    case kernel::Ending::Reset:
      stream_.reset();
      return false;
    case kernel::Ending::Hang:
      stream_.wait_for_close();
      return false;
    case kernel::Ending::Empty:
      return false;
  }
  return false;
}

}  // namespace

class ServerHttp::Library final : public httplib::Server {
 public:
  explicit Library(std::size_t body_bytes_max_in) : body_bytes_max(body_bytes_max_in) {
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
  const std::size_t body_bytes_max;
};

ServerHttp::ServerHttp(std::size_t body_bytes_max) : library_(std::make_unique<Library>(body_bytes_max)) {}
ServerHttp::~ServerHttp() = default;

void ServerHttp::converse(ServerStream& stream, Exchange& exchange) const {
  try {
    while (true) {
      Dialogue dialogue(stream, exchange, library_->body_bytes_max);
      if (!dialogue.receive_head()) return;
      const bool close_asked = library_->process(dialogue);
      if (!dialogue.finish(close_asked)) return;
    }
  } catch (const std::exception&) {
    // Out of memory for this connection: it goes, the others stay.
  }
}

}  // namespace live
