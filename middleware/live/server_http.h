#pragma once
// HTTP on one accepted connection. cpp-httplib 0.11.4 reads the request line and the header and renders the
// head of the response; the body of both is ours, because the library turns request bodies of some types into
// other things, and compresses, cuts into ranges or labels responses nobody asked it to (facts:
// mocks-and-faults 8).
#include <cstddef>
#include <memory>

#include "middleware/live/server_session.h"

namespace live {

/// One a server; shared by the threads of all its connections.
class ServerHttp {
 public:
  ServerHttp();
  ~ServerHttp();

  enum class After : std::uint8_t { Park, End };
  /// Answers the requests that come while a thread stands by. Park: nothing more is there now, and the
  /// connection may rest. `is_late`: what the session waited for did not come in time. Throws nothing.
  After converse(Session& session, bool is_late) const;

 private:
  class Library;
  After serve(Session& session, bool is_late) const;
  std::unique_ptr<Library> library_;
};

/// Says no to a request that is not whole, and lets the client read that.
void refuse_connection(ServerStream& stream, const Refusal& refusal, std::chrono::milliseconds at_most);

}  // namespace live
