#pragma once
// A whole request becomes an answer. cpp-httplib 0.11.4 reads the request line and the header and renders the
// head of the response; the body of both is ours, because the library turns request bodies of some types into
// other things, and compresses, cuts into ranges or labels responses nobody asked it to (facts:
// mocks-and-faults 8).
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "middleware/kernel/http.h"
#include "middleware/live/server_session.h"

namespace live {

/// Made and not sent.
struct Answer {
  std::string text;                        ///< the head; all of it when there is no reply
  std::optional<kernel::HttpReply> reply;  ///< nothing: the library refused the request
  bool is_head_request = false;
  bool is_last = false;  ///< the connection ends behind it
};

/// One a server; any thread.
class AnswerMaker {
 public:
  AnswerMaker();
  ~AnswerMaker();

  /// Where the reply comes from. Nothing: there is none, or not yet.
  using Ask = std::function<std::optional<kernel::HttpReply>(kernel::HttpRequest)>;

  /// The session's request is whole. Nothing when `ask` gave nothing.
  std::optional<Answer> make(Session& session, const Ask& ask) const;
  /// The answer to the same request, whose reply came later.
  std::optional<Answer> make(Session& session, kernel::HttpReply reply) const;

 private:
  class Library;
  std::unique_ptr<Library> library_;
};

/// Waits for a client that takes its time, and for what the reply asks to wait for. True when the connection
/// may be used again: the session is at its next request then.
bool send_answer(Session& session, Answer answer);

enum class Sent : std::uint8_t {
  Whole,      ///< as by a send_answer() that was true
  NotAtOnce,  ///< `answer` is what is left for send_answer()
};
/// Sends what can be sent without waiting.
Sent send_at_once(Session& session, Answer& answer);

}  // namespace live
