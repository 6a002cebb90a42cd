#include "middleware/live/http_client.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "middleware/kernel/wait.h"
#include "middleware/live/connection.h"
#include "middleware/live/connection_limit.h"
#include "middleware/live/request_text.h"
#include "middleware/live/resolver.h"
#include "middleware/live/response_parser.h"
#include "middleware/live/tls.h"
#include "middleware/live/url.h"

namespace live {

using kernel::HttpResult;
using kernel::NoAnswer;
using kernel::Task;

namespace {

/// Where a name leads, and the connections to it that are at rest, the last used last.
struct Endpoint {
  Url url;
  std::vector<Address> addresses;  ///< empty: to be looked up
  std::vector<std::unique_ptr<Connection>> idle;
};

using Connected = std::expected<std::unique_ptr<Connection>, NoAnswer>;

NoAnswer no_answer(IoStatus status) {
  switch (status) {
    case IoStatus::Done:
    case IoStatus::Wait:
      break;
    case IoStatus::Refused:
      return NoAnswer::Refused;
    case IoStatus::Closed:
      return NoAnswer::ClosedEarly;
    case IoStatus::Reset:
      return NoAnswer::Reset;
    case IoStatus::Broken:
      return NoAnswer::ProtocolError;
  }
  kernel::check_failed(__FILE__, __LINE__, "status tells a failure");
}

Task<Connected> open_connection(Loop& loop, Address address, ssl_ctx_st* tls, std::string host) {
  auto connection = std::make_unique<Connection>(loop, address, tls, host);
  IoStatus status;
  while ((status = connection->connect()) == IoStatus::Wait) co_await connection->ready();
  if (status != IoStatus::Done) co_return std::unexpected(NoAnswer::Refused);
  while ((status = connection->handshake()) == IoStatus::Wait) co_await connection->ready();
  if (status != IoStatus::Done) co_return std::unexpected(NoAnswer::TlsError);
  co_return connection;
}

}  // namespace

class HttpClientPool::Impl {
 public:
  Impl(Loop& loop, HttpClientConfig config)
      : loop_(loop), config_(std::move(config)), resolver_(loop), limit_(loop, config_.connections_max) {}

  kernel::Result<> prepare_tls();
  kernel::Result<> set_host(const std::string& name, const std::string& base_url);
  Task<HttpResult> exchange(kernel::HttpRequest request);
  std::size_t connections_made() const { return connections_made_; }

  Loop& loop_;

 private:
  static std::unique_ptr<Connection> take_idle(Endpoint& endpoint);
  static void keep(Endpoint& endpoint, std::unique_ptr<Connection> connection);
  Task<Connected> connect(std::shared_ptr<Endpoint> endpoint);
  Task<Connected> connect_to_any(std::vector<Address> addresses, std::shared_ptr<Endpoint> endpoint);

  HttpClientConfig config_;
  TlsContext tls_;
  Resolver resolver_;
  ConnectionLimit limit_;
  std::map<std::string, std::shared_ptr<Endpoint>, std::less<>> endpoints_;
  std::size_t connections_made_ = 0;
  std::array<char, 64 * 1024> received_;  ///< holds nothing between two waits
};

kernel::Result<> HttpClientPool::Impl::prepare_tls() {
  if (tls_) return {};
  auto made = client_tls_context(config_.ca_pem, config_.ca_file);
  if (!made) return std::unexpected(made.error());
  tls_ = std::move(*made);
  return {};
}

kernel::Result<> HttpClientPool::Impl::set_host(const std::string& name, const std::string& base_url) {
  auto url = parse_url(base_url);
  if (!url) return std::unexpected(url.error());
  if (url->is_https) {
    if (auto ready = prepare_tls(); !ready) return ready;
  }
  auto endpoint = std::make_shared<Endpoint>();
  endpoint->addresses = known_addresses(url->host, url->port);
  endpoint->url = std::move(*url);
  endpoints_[name] = std::move(endpoint);
  return {};
}

std::unique_ptr<Connection> HttpClientPool::Impl::take_idle(Endpoint& endpoint) {
  while (!endpoint.idle.empty()) {
    std::unique_ptr<Connection> connection = std::move(endpoint.idle.back());
    endpoint.idle.pop_back();
    if (connection->is_usable()) return connection;
  }
  return nullptr;
}

void HttpClientPool::Impl::keep(Endpoint& endpoint, std::unique_ptr<Connection> connection) {
  // The one that rested longest is the first that its server gives up.
  std::vector<std::unique_ptr<Connection>>& idle = endpoint.idle;
  if (!idle.empty() && idle.front()->was_stirred() && !idle.front()->is_usable()) idle.erase(idle.begin());
  idle.push_back(std::move(connection));
}

Task<Connected> HttpClientPool::Impl::connect_to_any(std::vector<Address> addresses,
                                                     std::shared_ptr<Endpoint> endpoint) {
  if (addresses.empty()) addresses = co_await resolver_.resolve(endpoint->url.host, endpoint->url.port);
  Connected connected = std::unexpected(NoAnswer::Refused);
  for (const Address& address : addresses) {
    ++connections_made_;
    ssl_ctx_st* tls = endpoint->url.is_https ? tls_.get() : nullptr;
    connected = co_await open_connection(loop_, address, tls, endpoint->url.host);
    if (connected || connected.error() != NoAnswer::Refused) break;
  }
  co_return connected;
}

Task<Connected> HttpClientPool::Impl::connect(std::shared_ptr<Endpoint> endpoint) {
  auto task = connect_to_any(endpoint->addresses, endpoint);
  auto connected =
      co_await kernel::with_deadline(loop_, loop_.now() + config_.connect_timeout, std::move(task));
  if (!connected) co_return std::unexpected(NoAnswer::ConnectTimeout);
  co_return std::move(*connected);
}

Task<HttpResult> HttpClientPool::Impl::exchange(kernel::HttpRequest request) {
  const auto found = endpoints_.find(request.host);
  if (found == endpoints_.end()) co_return std::unexpected(NoAnswer::Refused);
  const std::shared_ptr<Endpoint> endpoint = found->second;

  const ConnectionLimit::Place place = co_await limit_.place();
  std::unique_ptr<Connection> connection = take_idle(*endpoint);
  if (!connection) {
    Connected connected = co_await connect(endpoint);
    if (!connected) co_return std::unexpected(connected.error());
    connection = std::move(*connected);
  }

  const std::string text = request_text(request, endpoint->url);
  std::string_view unsent = text;
  IoStatus status;
  while ((status = connection->send(unsent)) == IoStatus::Wait) co_await connection->ready();
  // A server that refused to read on may have said why.
  const IoStatus sent = status;
  if (sent == IoStatus::Done && !connection->has_received()) co_await connection->ready();

  ResponseParser parser(request.method == "HEAD", config_.response_bytes_max);
  auto state = ResponseParser::State::Unfinished;
  while (state == ResponseParser::State::Unfinished) {
    std::size_t count = 0;
    status = connection->receive(received_, count);
    if (status == IoStatus::Wait) {
      if (sent != IoStatus::Done) co_return std::unexpected(no_answer(sent));
      co_await connection->ready();
    } else if (status == IoStatus::Done) {
      state = parser.feed({received_.data(), count});
    } else if (status == IoStatus::Closed) {
      state = parser.end();
    } else {
      co_return std::unexpected(no_answer(status));
    }
  }
  if (state == ResponseParser::State::Failed) co_return std::unexpected(parser.failure());
  if (status == IoStatus::Done && sent == IoStatus::Done && parser.is_reusable() &&
      !connection->has_received()) {
    keep(*endpoint, std::move(connection));
  }
  co_return parser.take();
}

HttpClientPool::HttpClientPool(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClientPool::~HttpClientPool() = default;

kernel::Result<std::unique_ptr<HttpClientPool>> HttpClientPool::create(Loop& loop, HttpClientConfig config) {
  const auto hosts = std::move(config.hosts);
  const bool has_ca = !config.ca_pem.empty() || !config.ca_file.empty();
  auto impl = std::make_unique<Impl>(loop, std::move(config));
  // The system's certificates take 30 ms to read: only for those who speak https.
  if (has_ca) {
    if (auto ready = impl->prepare_tls(); !ready) return std::unexpected(ready.error());
  }
  for (const auto& [name, base_url] : hosts) {
    if (auto added = impl->set_host(name, base_url); !added) return std::unexpected(added.error());
  }
  return std::unique_ptr<HttpClientPool>(new HttpClientPool(std::move(impl)));
}

kernel::Result<> HttpClientPool::set_host(const std::string& name, const std::string& base_url) {
  return impl_->set_host(name, base_url);
}

Task<HttpResult> HttpClientPool::send(kernel::HttpRequest request, kernel::Timestamp deadline) {
  auto result = co_await kernel::with_deadline(impl_->loop_, deadline, impl_->exchange(std::move(request)));
  if (!result) co_return std::unexpected(NoAnswer::Timeout);
  co_return std::move(*result);
}

std::size_t HttpClientPool::connections_made() const { return impl_->connections_made(); }

}  // namespace live
