#include "middleware/live/http_server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <utility>

#include "middleware/live/attendant.h"
#include "middleware/live/listener.h"
#include "middleware/live/parking.h"
#include "middleware/live/server_exchange.h"
#include "middleware/live/server_http.h"
#include "middleware/live/thread.h"

namespace live {
namespace {

constexpr int kOutOfDescriptorsWaitMs = 5;
constexpr std::chrono::milliseconds kFarewell{200};
constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

void set_connection_options(const Descriptor& socket) {
  const int on = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

TlsRules rules_of(kernel::Door door) {
  return {.is_old = door == kernel::Door::OldTls,
          .wants_client = door == kernel::Door::WantsClientCertificate};
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
  Impl(Loop& loop, kernel::HttpHandler& handler, const ServerConfig& config,
       std::unique_ptr<Listener> listener, TlsContext tls)
      : desk_(std::make_shared<ServerDesk>(loop, handler)),
        limits_(config.limits),
        connections_max_(config.connections_max),
        tls_(std::move(tls)),
        listener_(std::move(listener)),
        port_(listener_->port()),
        bind_address_(config.bind_address),
        crew_(config.threads_max),
        attendant_(std::make_shared<Attendant>(desk_, http_.answers(), elsewhere())),
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

  kernel::Result<> set_door(kernel::Door door, const std::optional<TlsIdentity>& identity) {
    TlsContext tls;
    if (identity) {
      auto made = server_tls_context(*identity, rules_of(door));
      if (!made) return std::unexpected(made.error());
      tls = std::move(*made);
    }
    {
      const std::lock_guard lock(mutex_);
      door_ = door;
      door_tls_ = std::move(tls);
      if (door != kernel::Door::Open) {
        for (const Open& open : open_) {
          open.exchange->make_last();  // what was asked is still answered
          ::shutdown(open.socket, SHUT_RD);
        }
      }
    }
    if (listener_) listener_->set_door(door);
    if (door == kernel::Door::Open) {
      attendant_->open();
    } else {
      attendant_->shut();
      end_resting();
    }
    return {};
  }

  void stop_accepting() {
    if (!accepting_.joinable()) return;
    listener_->close();
    accepting_.join();
    listener_.reset();
  }

  void stop() {
    if (std::exchange(is_stopped_, true)) return;
    stop_accepting();
    {
      const std::lock_guard lock(mutex_);
      is_closing_ = true;
      for (const Open& open : open_) end(open);
    }
    parking_.close();
    attendant_->close();
    desk_->is_closed = true;
    desk_->scope.cancel_all();
    if (!crew_.wait_idle(kFarewell)) {
      const std::lock_guard lock(mutex_);
      is_farewell_over_ = true;
      for (const Open& open : open_) ::shutdown(open.socket, SHUT_RDWR);
    }
    crew_.join();
  }

 private:
  /// Idle and hanging ones end; replies on their way still leave.
  static void end(const Open& open) {
    ::shutdown(open.socket, SHUT_RD);
    open.exchange->close();
  }

  /// Closes what is between two requests. Its client knows when this returns.
  void end_resting() {
    while (parking_.close_idlest()) {
    }
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, kFarewell, [this] {
      return std::ranges::all_of(open_, [](const Open& open) { return open.exchange->is_asking(); });
    });
  }

  void accept_until_closed() {
    Descriptor socket;
    while (true) {
      switch (listener_->accept(socket)) {
        case Listener::Outcome::Accepted:
          set_connection_options(socket);
          take(std::move(socket));
          break;
        case Listener::Outcome::NoRoom:
          if (!parking_.close_idlest()) poll(nullptr, 0, kOutOfDescriptorsWaitMs);
          break;
        case Listener::Outcome::Closed:
          return;
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
    if (auto session = session_of(std::move(socket))) parking_.park(std::move(session));
  }

  /// Nothing when the door was shut while it came in.
  std::unique_ptr<Session> session_of(Descriptor socket) {
    const std::lock_guard lock(mutex_);
    if (door_ == kernel::Door::Refused || door_ == kernel::Door::ConnectHang) return nullptr;
    const kernel::Door door = kernel::is_tls(door_) ? door_ : kernel::Door::Open;
    ssl_ctx_st* const tls = door_tls_ ? door_tls_.get() : tls_.get();
    auto session =
        std::make_unique<Session>(std::move(socket), door == kernel::Door::Plaintext ? nullptr : tls,
                                  std::make_shared<Exchange>(desk_), limits_, connections_);
    session->door = door;
    return session;
  }

  void wake(std::unique_ptr<Session> session, bool is_late) {
    if (!is_late && Attendant::may_serve(*session)) return attendant_->admit(std::move(session));
    read(std::move(session), is_late);
  }

  Attendant::Elsewhere elsewhere() {
    return {
        .rest = [this](std::unique_ptr<Session> session) { parking_.park(std::move(session)); },
        .read = [this](std::unique_ptr<Session> session, bool is_late) { read(std::move(session), is_late); },
        .send =
            [this](std::unique_ptr<Session> session, Answer answer) {
              crew_.run([this, session = std::move(session), answer = std::move(answer)]() mutable {
                serve(std::move(session), std::move(answer));
              });
            }};
  }

  void read(std::unique_ptr<Session> session, bool is_late) {
    crew_.run(
        [this, session = std::move(session), is_late]() mutable { serve(std::move(session), is_late); });
  }

  /// `begin`: what ServerHttp::converse takes.
  template <class Begin>
  void serve(std::unique_ptr<Session> session, Begin begin) {
    const Open open{session->stream.socket(), session->exchange.get()};
    {
      const std::lock_guard lock(mutex_);
      if (is_farewell_over_) return;
      open_.insert(open);
      if (is_closing_) end(open);
    }
    const ServerHttp::After after = http_.converse(*session, std::move(begin));
    {
      const std::lock_guard lock(mutex_);
      open_.erase(open);
      if (door_ != kernel::Door::Open) {
        session.reset();
      } else if (after == ServerHttp::After::Park) {
        rest(std::move(session));
      }
    }
    ended_.notify_all();
  }

  /// Behind a thread's answer: a client of the loop asks again there.
  void rest(std::unique_ptr<Session> session) {
    if (session->is_idle() && Attendant::may_serve(*session)) return attendant_->admit(std::move(session));
    parking_.park(std::move(session));
  }

  std::shared_ptr<ServerDesk> desk_;
  const RequestLimits limits_;
  const std::size_t connections_max_;
  std::atomic<std::size_t> connections_ = 0;
  const ServerHttp http_;
  const TlsContext tls_;
  std::unique_ptr<Listener> listener_;
  const int port_;
  const std::string bind_address_;
  std::mutex mutex_;
  std::condition_variable ended_;           ///< somebody left open_
  std::set<Open> open_;                     ///< guarded by mutex_
  bool is_closing_ = false;                 ///< guarded by mutex_
  bool is_farewell_over_ = false;           ///< what is not sent now never is; guarded by mutex_
  kernel::Door door_ = kernel::Door::Open;  ///< guarded by mutex_
  TlsContext door_tls_;                     ///< instead of tls_, guarded by mutex_
  bool is_stopped_ = false;
  ThreadCrew crew_;
  std::shared_ptr<Attendant> attendant_;
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
  auto listener = Listener::open(config.bind_address, config.port);
  if (!listener) return std::unexpected(listener.error());
  auto impl = std::make_unique<Impl>(loop, handler, config, std::move(*listener), std::move(tls));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

int HttpServer::port() const { return impl_->port(); }
std::string HttpServer::base_url() const { return impl_->base_url(); }
std::size_t HttpServer::running() const { return impl_->running(); }
kernel::Result<> HttpServer::set_door(kernel::Door door, const std::optional<TlsIdentity>& identity) {
  return impl_->set_door(door, identity);
}
void HttpServer::stop_accepting() { impl_->stop_accepting(); }
void HttpServer::stop() { impl_->stop(); }

}  // namespace live
