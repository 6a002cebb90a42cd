#pragma once
// HTTP/1.1 and HTTPS to servers that were given names. Everything happens on the loop: no thread, no lock and
// no hand-over stands between a flow and the socket, and a flow that is destroyed takes its connection with
// it.
//
// cpp-httplib's client is not used: it reports reset, empty answer, cut body and timeout all as one error,
// and connects anew and sends again by itself when a kept connection turns out to be closed (facts:
// mocks-and-faults 7 and 8).
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/live/loop.h"

namespace live {

/// Durations are run time.
struct HttpClientConfig {
  /// Name and base URL: {"payments", "https://127.0.0.1:4711/v1"}. The target of a request is put behind its
  /// path.
  std::vector<std::pair<std::string, std::string>> hosts{};
  std::string ca_pem{};  ///< certificates to trust, PEM; with ca_file. Both empty: what the system trusts
  std::string ca_file{};
  kernel::Duration connect_timeout = std::chrono::milliseconds{1500};  ///< TLS handshake included
  std::size_t connections_max = 512;            ///< in use at once; further requests wait their turn
  std::size_t response_bytes_max = 64UL << 20;  ///< a larger body is a ProtocolError
};

/// Each request takes the connection to its host that was used last, or makes one. A kept connection that the
/// server has closed is noticed and replaced before anything is sent; after that a request is never sent a
/// second time, and a server that closes at just that moment gives ClosedEarly or Reset. Redirects are
/// answers like any other.
///
/// The Host header is the request's own, else the base URL's. Content-Length is set here. What gives which
/// NoAnswer:
/// - Refused: unknown name, no such host, nobody listens, no route, no descriptor left.
/// - ConnectTimeout: no connection, or no TLS session, within connect_timeout.
/// - TlsError: a certificate for another host or from no trusted CA, or the other side does not speak TLS.
/// - Reset: RST after sending began.
/// - ClosedEarly: closed before a whole head had come.
/// - BodyTruncated: closed before the body was complete.
/// - ProtocolError: not HTTP, contradictory lengths, a malformed chunk, too large.
/// - Timeout: the deadline came first; the connection is closed.
class HttpClientPool final : public kernel::HttpClient {
 public:
  /// Invalid when a URL or the CA certificates are wrong. `loop` must outlive the pool, and the pool its
  /// requests.
  static kernel::Result<std::unique_ptr<HttpClientPool>> create(Loop& loop, HttpClientConfig config);
  ~HttpClientPool() override;

  /// Adds the host or points it elsewhere. Requests under way keep the connection they have.
  kernel::Result<> set_host(const std::string& name, const std::string& base_url);

  kernel::Task<kernel::HttpResult> send(kernel::HttpRequest request, kernel::Timestamp deadline) override;

  /// Connections made so far: shows whether they are reused.
  std::size_t connections_made() const;

 private:
  class Impl;
  explicit HttpClientPool(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace live
