#include "middleware/live/http_server.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <mutex>
#include <set>
#include <utility>

#include "middleware/live/parking.h"
#include "middleware/live/server_exchange.h"
#include "middleware/live/server_http.h"
#include "middleware/live/thread.h"

namespace live {
namespace {

constexpr int kBacklog = 1024;  // the library's 5 gives errors from 64 connections on
constexpr int kOutOfDescriptorsWaitMs = 5;
constexpr std::chrono::milliseconds kFarewell{200};
constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

kernel::Result<Descriptor> listening_socket(const std::string& address, int port) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const std::string place = address + ":" + std::to_string(port);
  if (const int code = getaddrinfo(address.c_str(), std::to_string(port).c_str(), &wanted, &list);
      code != 0) {
    return kernel::infrastructure(std::string("no address to listen on: ") + gai_strerror(code), place);
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> guard(list, &freeaddrinfo);
  Descriptor socket(::socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // Not SO_REUSEPORT, which the library sets: two servers would share the port's connections at random.
  const int on = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (!socket.is_open() || ::bind(socket.get(), list->ai_addr, list->ai_addrlen) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    return kernel::infrastructure(std::string("cannot listen: ") + std::strerror(errno), place);
  }
  return socket;
}

int port_of(const Descriptor& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return address.ss_family == AF_INET6 ? ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port)
                                       : ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

void set_connection_options(const Descriptor& socket) {
  const int on = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// What stop() needs of a connection.
struct Open {
  int socket;
  Exchange* exchange;
  auto operator<=>(const Open&) const = default;
};

}  // namespace

// cpp-httplib's own accept loop is not used: it ends for good at the first error but EMFILE, lets child
// processes inherit connections, and its stop() does nothing while it is still starting.
class HttpServer::Impl {
 public:
  Impl(Loop& loop, kernel::HttpHandler& handler, const ServerConfig& config, Descriptor listener,
       TlsContext tls)
      : desk_(std::make_shared<ServerDesk>(loop, handler)),
        limits_(config.limits),
        connections_max_(config.connections_max),
        tls_(std::move(tls)),
        listener_(std::move(listener)),
        port_(port_of(listener_)),
        bind_address_(config.bind_address),
        crew_(config.threads_max),
        parking_(
            [this](std::unique_ptr<Session> session, bool is_late) { wake(std::move(session), is_late); }) {
    accepting_ = start_thread([this] { accept_until_closed(); });
  }
  ~Impl() { stop(); }

  int port() const { return port_; }
  std::string base_url() const {
    const bool is_v6 = bind_address_.find(':') != std::string::npos;
    return (tls_ ? "https://" : "http://") + (is_v6 ? "[" + bind_address_ + "]" : bind_address_) + ":" +
           std::to_string(port_);
  }
  std::size_t running() const { return desk_->scope.running(); }

  void stop_accepting() {
    if (!accepting_.joinable()) return;
    ::shutdown(listener_.get(), SHUT_RDWR);  // wakes accept()
    accepting_.join();
    listener_.close();
  }

  void stop() {
    if (std::exchange(is_stopped_, true)) return;
    stop_accepting();
    {
      const std::lock_guard lock(mutex_);
      is_closing_ = true;
      for (const Open& open : open_) {
        ::shutdown(open.socket, SHUT_RD);  // idle and hanging ones end; replies on their way still leave
        open.exchange->close();
      }
    }
    parking_.close();
    desk_->is_closed = true;
    desk_->scope.cancel_all();
    if (!crew_.wait_idle(kFarewell)) {
      const std::lock_guard lock(mutex_);
      for (const Open& open : open_) ::shutdown(open.socket, SHUT_RDWR);
    }
    crew_.join();
  }

 private:
  void accept_until_closed() {
    while (true) {
      Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (socket.is_open()) {
        set_connection_options(socket);
        take(std::move(socket));
      } else if (errno == EINVAL || errno == EBADF) {
        return;  // shut down
      } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        if (!parking_.close_idlest()) poll(nullptr, 0, kOutOfDescriptorsWaitMs);
      }
    }
  }

  /// A new connection rests until it says something.
  void take(Descriptor socket) {
    if (connections_ >= connections_max_ && !parking_.close_idlest()) {
      ServerStream stream(std::move(socket), nullptr);
      // A client that speaks TLS cannot read it; the connection ends either way.
      stream.send(kFull, std::chrono::milliseconds{0});
      return;
    }
    parking_.park(std::make_unique<Session>(std::move(socket), tls_.get(), std::make_shared<Exchange>(desk_),
                                            limits_, connections_));
  }

  void wake(std::unique_ptr<Session> session, bool is_late) {
    crew_.run(
        [this, session = std::move(session), is_late]() mutable { serve(std::move(session), is_late); });
  }

  void serve(std::unique_ptr<Session> session, bool is_late) {
    const Open open{session->stream.socket(), session->exchange.get()};
    {
      const std::lock_guard lock(mutex_);
      if (is_closing_) return;
      open_.insert(open);
    }
    const ServerHttp::After after = http_.converse(*session, is_late);
    {
      const std::lock_guard lock(mutex_);
      open_.erase(open);
    }
    if (after == ServerHttp::After::Park) parking_.park(std::move(session));
  }

  std::shared_ptr<ServerDesk> desk_;
  const RequestLimits limits_;
  const std::size_t connections_max_;
  std::atomic<std::size_t> connections_ = 0;
  const ServerHttp http_;
  const TlsContext tls_;
  Descriptor listener_;
  const int port_;
  const std::string bind_address_;
  std::mutex mutex_;
  std::set<Open> open_;      ///< guarded by mutex_
  bool is_closing_ = false;  ///< guarded by mutex_
  bool is_stopped_ = false;
  ThreadCrew crew_;
  Parking parking_;
  std::thread accepting_;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

kernel::Result<std::unique_ptr<HttpServer>> HttpServer::start(Loop& loop, kernel::HttpHandler& handler,
                                                              ServerConfig config) {
  TlsContext tls;
  if (config.tls) {
    auto made = server_tls_context(*config.tls);
    if (!made) return std::unexpected(made.error());
    tls = std::move(*made);
  }
  auto listener = listening_socket(config.bind_address, config.port);
  if (!listener) return std::unexpected(listener.error());
  auto impl = std::make_unique<Impl>(loop, handler, config, std::move(*listener), std::move(tls));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

int HttpServer::port() const { return impl_->port(); }
std::string HttpServer::base_url() const { return impl_->base_url(); }
std::size_t HttpServer::running() const { return impl_->running(); }
void HttpServer::stop_accepting() { impl_->stop_accepting(); }
void HttpServer::stop() { impl_->stop(); }

}  // namespace live
