#pragma once
// HTTP on one accepted connection, by a thread that may wait for its client.
#include <chrono>
#include <cstdint>
#include <optional>

#include "middleware/live/server_answer.h"
#include "middleware/live/server_session.h"

namespace live {

/// One a server; shared by the threads of all its connections.
class ServerHttp {
 public:
  enum class After : std::uint8_t { Park, End };
  /// Answers the requests that come while a thread stands by. Park: nothing more is there now, and the
  /// connection may rest. `is_late`: what the session waited for did not come in time. Throws nothing.
  After converse(Session& session, bool is_late) const;
  /// Begins with an answer that was made elsewhere.
  After converse(Session& session, Answer first) const;

  const AnswerMaker& answers() const { return answers_; }

 private:
  After serve(Session& session, bool is_late) const;
  AnswerMaker answers_;
};

/// Says no to a request that is not whole, and lets the client read that.
void refuse_connection(ServerStream& stream, const Refusal& refusal, std::chrono::milliseconds at_most);

}  // namespace live
