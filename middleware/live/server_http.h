#pragma once
// HTTP on one accepted connection. cpp-httplib 0.11.4 reads the request line and the header and renders the
// head of the response; the body of both is ours, because the library turns request bodies of some types into
// other things, and compresses, cuts into ranges or labels responses nobody asked it to (facts:
// mocks-and-faults 8).
#include <cstddef>
#include <memory>

#include "middleware/live/server_exchange.h"
#include "middleware/live/server_stream.h"

namespace live {

/// One a server; shared by the threads of all its connections.
class ServerHttp {
 public:
  explicit ServerHttp(std::size_t body_bytes_max);
  ~ServerHttp();

  /// Answers requests until the connection ends or has to. Throws nothing.
  void converse(ServerStream& stream, Exchange& exchange) const;

 private:
  class Library;
  std::unique_ptr<Library> library_;
};

}  // namespace live
