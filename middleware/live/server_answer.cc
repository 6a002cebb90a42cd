#include "middleware/live/server_answer.h"

#include <httplib.h>

#include <utility>

#include "middleware/live/server_ending.h"

namespace live {
namespace {

constexpr time_t kKeepAliveSeconds = 75;  // what we announce
constexpr std::size_t kKeepAliveRequests = 1'000'000;
constexpr std::size_t kAtOnceMax = 64UL << 10;  // a larger body is sent by a thread

/// One request on its way through the library, which knows it as a stream of bytes.
class Dialogue final : public httplib::Stream {
 public:
  Dialogue(Session& session, const AnswerMaker::Ask& ask)
      : exchange_(*session.exchange),
        ask_(ask),
        request_(std::move(session.reader.head().request)),
        unread_(session.reader.head_text()) {
    made_.is_head_request = unread_.starts_with("HEAD ");
  }

  /// The library has read the head: handler, head of the response.
  void answer(httplib::Response& response);
  /// What the library has written.
  std::optional<Answer> take(bool close_asked);

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* bytes, size_t size) override {
    const std::string_view taken = unread_.substr(0, size);
    taken.copy(bytes, taken.size());
    unread_.remove_prefix(taken.size());
    return static_cast<ssize_t>(taken.size());
  }
  ssize_t write(const char* bytes, size_t size) override {
    made_.text.append(bytes, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  // The library answers 500 on descriptors that select() could not hold. Nobody selects here.
  socket_t socket() const override { return 0; }

 private:
  void render(httplib::Response& response);

  Exchange& exchange_;
  const AnswerMaker::Ask& ask_;
  kernel::HttpRequest request_;
  std::string_view unread_;
  bool is_unanswered_ = false;
  Answer made_;
};

thread_local Dialogue* current_dialogue = nullptr;

/// For as long as the library works on it. A handler may look into another server on this thread.
struct Current {
  explicit Current(Dialogue& dialogue) : outer(std::exchange(current_dialogue, &dialogue)) {}
  ~Current() { current_dialogue = outer; }
  Current(const Current&) = delete;
  Current& operator=(const Current&) = delete;
  Dialogue* outer;
};

void Dialogue::answer(httplib::Response& response) {
  made_.text.clear();  // "100 Continue", which the client has got when it waited for it
  made_.reply = ask_(std::move(request_));
  is_unanswered_ = !made_.reply;
  if (!is_unanswered_) render(response);
}

void Dialogue::render(httplib::Response& response) {
  if (exchange_.is_last()) {
    made_.is_last = true;
    response.headers.emplace("Connection", "close");
  }
  // The library sees no body, so it neither labels nor changes it; the length is set here, once.
  const kernel::HttpResponse& ours = made_.reply->response;
  response.status = ours.status;
  for (const auto& [name, value] : ours.headers) {
    if (kernel::equal_without_case(name, "Transfer-Encoding")) continue;
    // Only an answer to HEAD may announce a body that is not there.
    const bool is_length = kernel::equal_without_case(name, "Content-Length");
    if (is_length && !(made_.is_head_request && ours.body.empty())) continue;
    if (kernel::equal_without_case(name, "Connection") && kernel::equal_without_case(value, "close")) {
      made_.is_last = true;
    }
    response.headers.emplace(name, value);
  }
  if (!response.has_header("Content-Length")) {
    for (const auto& [name, value] : framing(*made_.reply)) response.headers.emplace(name, value);
  }
}

std::optional<Answer> Dialogue::take(bool close_asked) {
  if (is_unanswered_) return {};
  // Refused by the library: where the next request would begin is unknown.
  if (close_asked || !made_.reply) made_.is_last = true;
  return std::move(made_);
}

void begin_next(Session& session, kernel::Afterwards afterwards) {
  session.afterwards = afterwards;
  session.reader = RequestReader(session.limits);
}

bool is_plain(const Answer& answer) {
  return answer.reply && !answer.is_last && answer.reply->ending == kernel::Ending::Complete &&
         !answer.reply->pace.is_set() && answer.reply->afterwards != kernel::Afterwards::Closed &&
         answer.reply->response.body.size() <= kAtOnceMax;
}

}  // namespace

class AnswerMaker::Library final : public httplib::Server {
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
    const Current current(dialogue);
    process_request(dialogue, false, close_asked, [](httplib::Request& request) { request.ranges.clear(); });
    return close_asked;
  }
};

AnswerMaker::AnswerMaker() : library_(std::make_unique<Library>()) {}
AnswerMaker::~AnswerMaker() = default;

std::optional<Answer> AnswerMaker::make(Session& session, const Ask& ask) const {
  Dialogue dialogue(session, ask);
  const bool close_asked = library_->process(dialogue);
  return dialogue.take(close_asked);
}

std::optional<Answer> AnswerMaker::make(Session& session, kernel::HttpReply reply) const {
  return make(session, [&reply](const kernel::HttpRequest&) { return std::optional(std::move(reply)); });
}

bool send_answer(Session& session, Answer answer) {
  const auto send_time = session.limits.send_time;
  if (!answer.reply) {
    session.stream.send(answer.text, send_time);
    session.stream.close_gently();
    return false;
  }
  const bool is_kept = send_reply(
      session.stream, std::move(answer.text), *answer.reply,
      {.is_head_request = answer.is_head_request, .speed = session.exchange->speed(), .at_most = send_time});
  if (!is_kept) return false;
  if (answer.is_last) {
    session.stream.close_gently();
    return false;
  }
  begin_next(session, answer.reply->afterwards);
  return true;
}

Sent send_at_once(Session& session, Answer& answer) {
  if (!is_plain(answer)) return Sent::NotAtOnce;
  std::string& body = answer.reply->response.body;
  if (!answer.is_head_request) answer.text += body;
  body.clear();  // the text is all of it from here on
  answer.text.erase(0, session.stream.send_at_once(answer.text));
  if (!answer.text.empty()) return Sent::NotAtOnce;
  begin_next(session, answer.reply->afterwards);
  return Sent::Whole;
}

}  // namespace live
