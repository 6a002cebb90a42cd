#pragma once
// HTTP/1.1 and HTTPS over sockets for a kernel::HttpHandler. Every request is handled on the loop. Quick
// clients of plain connections are read and answered there too; those that need somebody who waits have a
// thread meanwhile, and those that say nothing rest.
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "middleware/kernel/http.h"
#include "middleware/live/loop.h"
#include "middleware/live/request_reader.h"
#include "middleware/live/tls.h"

namespace live {

struct ServerConfig {
  std::string bind_address = "127.0.0.1";  ///< numeric, or "localhost"
  int port = 0;                            ///< 0: any free one
  std::optional<TlsIdentity> tls{};        ///< nothing: plain HTTP
  RequestLimits limits{};
  std::size_t threads_max = 1024;  ///< connections that have one at once; further ones wait
  /// Open at once; above it the one that rested longest is closed, and if none rests the new one gets 503.
  /// One that was answered rests after 50 to 100 ms of silence.
  std::size_t connections_max = 1UL << 20;
};

/// What the handler sees: `target` is path and query as sent, `host` the Host header, headers in order as
/// sent. A header in the reply that names a length or a transfer encoding is replaced by the true one;
/// nothing is compressed. Every Ending, Pace and Afterwards works on plain connections and on TLS; a slow
/// answer holds one of the threads all the while. A truncated reply without a
/// body promises one byte and sends none; one that may have no body (HEAD, 204, 304) is cut within its head.
/// If the handler throws, the client gets 500. A caller that gives up does not stop the handler.
class HttpServer {
 public:
  /// Infrastructure error when the port is taken: two servers never share one. `loop` and `handler` must
  /// outlive it.
  static kernel::Result<std::unique_ptr<HttpServer>> start(Loop& loop, kernel::HttpHandler& handler,
                                                           ServerConfig config);

  /// Stops.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const;
  /// "http://127.0.0.1:4711"
  std::string base_url() const;

  /// Requests that the handler has not answered yet. On the loop's thread.
  std::size_t running() const;

  /// What new connections find from now on; those that are open end, with the answers that are due. A door of
  /// TLS is for servers of TLS. `identity` is shown instead of the server's own. On the loop's thread.
  kernel::Result<> set_door(kernel::Door door, const std::optional<TlsIdentity>& identity = {});

  /// New connections are refused from now on; those that are open go on.
  void stop_accepting();

  /// Cancels what the handler still does, closes every connection and waits for the threads. Replies that are
  /// being sent get a moment to leave. On the loop's thread but not from a handler, or when it does not run.
  /// Once is enough, twice does no harm.
  void stop();

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace live
