#include "mocks/proxy/live/session.h"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>

#include "middleware/kernel/check.h"

namespace mocks::proxy {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Socket = tcp::socket;

constexpr std::size_t kChunkBytes = 32UL << 10;
constexpr int kReadsInARow = 16;  // then other connections have their turn

// ASSUMPTION: how long a connection that a toxic closes still reads what its peers send. A close with bytes
// unread would be a reset, which can take away what was sent before (facts/mocks-and-faults 7).
constexpr std::chrono::seconds kLinger{1};

kernel::Timestamp now() { return kernel::at(std::chrono::steady_clock::now().time_since_epoch()); }

std::vector<Toxic> of_stream(const std::vector<Toxic>& toxics, Stream stream) {
  std::vector<Toxic> chosen;
  for (const Toxic& toxic : toxics) {
    if (toxic.stream == stream) chosen.push_back(toxic);
  }
  return chosen;
}

/// One direction: what is read from `from` is written to `to` when its link lets it.
struct Direction {
  Direction(asio::io_context& io, Socket& its_source, Socket& its_destination, Link its_link)
      : from(its_source), to(its_destination), link(std::move(its_link)), timer(io) {}

  Socket& from;
  Socket& to;
  Link link;
  asio::steady_timer timer;
  std::string unsent{};
  std::size_t sent = 0;
  bool is_full = false;     ///< `to` takes nothing at the moment
  bool is_waiting = false;  ///< for something to read
  bool has_ended = false;   ///< `from` sends no more
  bool is_over = false;     ///< `to` has been told so
};

class AsioSession final : public Session, public std::enable_shared_from_this<AsioSession> {
 public:
  AsioSession(asio::io_context& io, int client, SessionConfig config, std::function<void()> on_over)
      : io_(io),
        config_(std::move(config)),
        on_over_(std::move(on_over)),
        client_(io),
        server_(io),
        resolver_(io),
        linger_(io) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    getsockname(client, reinterpret_cast<sockaddr*>(&address), &size);
    client_.assign(address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), client);
  }

  void connect();

  void add(const Toxic& toxic) override {
    config_.toxics.push_back(toxic);
    edit(toxic.stream, [&](Link& link) { link.add(toxic, now()); });
  }
  void update(const Toxic& toxic) override {
    for (Toxic& each : config_.toxics) {
      if (each.name == toxic.name) each = toxic;
    }
    edit(toxic.stream, [&](Link& link) { link.update(toxic, now()); });
  }
  void remove(const std::string& toxic) override {
    std::erase_if(config_.toxics, [&](const Toxic& each) { return each.name == toxic; });
    for (const Stream stream : {Stream::Upstream, Stream::Downstream})
      edit(stream, [&](Link& link) { link.remove(toxic, now()); });
  }
  void drop() override { close(); }

 private:
  template <class Change>
  void edit(Stream stream, const Change& change) {
    Direction* direction = stream == Stream::Upstream ? up_.get() : down_.get();
    if (direction == nullptr || is_ending_) return;
    change(direction->link);
    drive(*direction);
  }
  /// A handler that keeps the session alive and runs while it is not over.
  template <class Act>
  auto guarded(Act act) {
    return [self = shared_from_this(), act = std::move(act)](const error_code& failed, auto&&...) mutable {
      if (failed != asio::error::operation_aborted && !self->is_closed_) act(failed);
    };
  }

  void begin();
  void drive(Direction& direction);
  bool flush(Direction& direction);
  bool deliver(Direction& direction, Item item);
  bool read(Direction& direction);
  void await_time(Direction& direction);
  void close_gently();
  void drain(Socket& socket);
  void reset();
  void close();

  asio::io_context& io_;
  SessionConfig config_;
  std::function<void()> on_over_;
  Socket client_;
  Socket server_;
  tcp::resolver resolver_;
  asio::steady_timer linger_;
  std::unique_ptr<Direction> up_;
  std::unique_ptr<Direction> down_;
  int draining_ = 0;
  bool is_ending_ = false;  ///< nothing is carried any more
  bool is_closed_ = false;
};

void AsioSession::connect() {
  const auto try_all = [this](const tcp::resolver::results_type& found) {
    asio::async_connect(server_, found, guarded([this](const error_code& failed) {
                          if (failed == asio::error::connection_reset) {
                            reset();  // connected, and reset before we could look
                          } else if (failed) {
                            close();
                          } else {
                            begin();
                          }
                        }));
  };
  const std::string& host = config_.upstream.host;
  error_code not_numeric;
  const auto address = asio::ip::make_address(host, not_numeric);
  const auto port = static_cast<std::uint16_t>(config_.upstream.port);
  if (!not_numeric) {
    try_all(tcp::resolver::results_type::create(tcp::endpoint(address, port), host, std::to_string(port)));
    return;
  }
  resolver_.async_resolve(host, std::to_string(port),
                          [self = shared_from_this(), try_all](const error_code& failed, const auto& found) {
                            if (self->is_closed_) return;
                            if (failed) {
                              self->close();
                            } else {
                              try_all(found);
                            }
                          });
}

void AsioSession::begin() {
  error_code ignored;
  for (Socket* socket : {&client_, &server_}) {
    socket->non_blocking(true, ignored);
    socket->set_option(tcp::no_delay(true), ignored);
  }
  const auto link = [this](Stream stream) {
    return Link(config_.name, of_stream(config_.toxics, stream), now());
  };
  up_ = std::make_unique<Direction>(io_, client_, server_, link(Stream::Upstream));
  down_ = std::make_unique<Direction>(io_, server_, client_, link(Stream::Downstream));
  drive(*up_);
  if (!is_ending_) drive(*down_);
}

/// Does everything that can be done now, then waits for whatever allows more.
void AsioSession::drive(Direction& direction) {
  if (direction.is_full && direction.link.is_reset_due(now())) return reset();
  for (int reads = 0;; ++reads) {
    if (!flush(direction)) return;
    if (direction.has_ended || direction.is_waiting || !direction.link.wants_input()) break;
    if (reads == kReadsInARow) {
      asio::post(io_, [self = shared_from_this(), &direction] {
        if (!self->is_ending_) self->drive(direction);
      });
      return;
    }
    if (!read(direction)) break;
  }
  await_time(direction);
}

/// Sends what leaves the link; false when the session carries nothing any more.
bool AsioSession::flush(Direction& direction) {
  while (!direction.is_full) {
    if (direction.sent == direction.unsent.size()) {
      auto item = direction.link.take(now());
      if (!item) return true;
      if (!deliver(direction, std::move(*item))) return false;
      continue;
    }
    error_code failed;
    direction.sent += direction.to.write_some(
        asio::buffer(direction.unsent.data() + direction.sent, direction.unsent.size() - direction.sent),
        failed);
    if (failed == asio::error::would_block) {
      direction.is_full = true;
      direction.to.async_wait(Socket::wait_write, guarded([this, &direction](const error_code&) {
                                if (is_ending_) return;
                                direction.is_full = false;
                                direction.link.resume(now());
                                drive(direction);
                              }));
    } else if (failed) {
      reset();  // the receiver is gone: its peer is to know
      return false;
    }
  }
  return true;
}

bool AsioSession::deliver(Direction& direction, Item item) {
  error_code ignored;
  switch (item.kind) {
    case Kind::Data:
      direction.unsent = std::move(item.bytes);
      direction.sent = 0;
      return true;
    case Kind::End:
      direction.is_over = true;
      direction.to.shutdown(Socket::shutdown_send, ignored);
      if (!up_->is_over || !down_->is_over) return true;
      close();
      return false;
    case Kind::Close:
      close_gently();
      return false;
    case Kind::Reset:
      reset();
      return false;
  }
  return false;
}

/// False when there is nothing to read now.
bool AsioSession::read(Direction& direction) {
  static thread_local std::array<char, kChunkBytes> buffer;
  error_code failed;
  const std::size_t count = direction.from.read_some(asio::buffer(buffer), failed);
  if (failed == asio::error::would_block) {
    direction.is_waiting = true;
    direction.from.async_wait(Socket::wait_read, guarded([this, &direction](const error_code&) {
                                if (is_ending_) return;
                                direction.is_waiting = false;
                                drive(direction);
                              }));
    return false;
  }
  if (failed) {
    direction.has_ended = true;
    direction.link.end(failed == asio::error::eof ? Kind::End : Kind::Reset, now());
  } else {
    direction.link.push(std::string(buffer.data(), count), now());
  }
  return true;
}

void AsioSession::await_time(Direction& direction) {
  const auto next = direction.link.next(direction.is_full);
  if (!next) {
    direction.timer.cancel();
    return;
  }
  direction.timer.expires_at(std::chrono::steady_clock::time_point(next->time_since_epoch()));
  direction.timer.async_wait(guarded([this, &direction](const error_code&) {
    if (!is_ending_) drive(direction);
  }));
}

/// What was delivered arrives; what comes now is read and thrown away until both sides have ended, or for a
/// moment.
void AsioSession::close_gently() {
  is_ending_ = true;
  error_code ignored;
  for (Direction* direction : {up_.get(), down_.get()}) direction->timer.cancel();
  linger_.expires_after(kLinger);
  linger_.async_wait(guarded([this](const error_code&) { close(); }));
  draining_ = 2;
  for (Socket* socket : {&client_, &server_}) {
    socket->shutdown(Socket::shutdown_send, ignored);
    drain(*socket);
  }
}

void AsioSession::drain(Socket& socket) {
  std::array<char, 4096> thrown_away;
  error_code failed;
  for (int reads = 0; !failed && reads < kReadsInARow; ++reads)
    socket.read_some(asio::buffer(thrown_away), failed);
  if (!failed || failed == asio::error::would_block) {
    socket.async_wait(Socket::wait_read, guarded([this, &socket](const error_code&) { drain(socket); }));
  } else if (--draining_ == 0) {
    close();
  }
}

void AsioSession::reset() {
  error_code ignored;
  for (Socket* socket : {&client_, &server_}) socket->set_option(asio::socket_base::linger(true, 0), ignored);
  close();
}

void AsioSession::close() {
  if (std::exchange(is_closed_, true)) return;
  is_ending_ = true;
  error_code ignored;
  resolver_.cancel();
  linger_.cancel();
  for (Direction* direction : {up_.get(), down_.get()}) {
    if (direction != nullptr) direction->timer.cancel();
  }
  client_.close(ignored);
  server_.close(ignored);
  asio::post(io_, std::exchange(on_over_, nullptr));
}

}  // namespace

std::shared_ptr<Session> Session::start(asio::io_context& io, int client, SessionConfig config,
                                        std::function<void()> on_over) {
  const auto session = std::make_shared<AsioSession>(io, client, std::move(config), std::move(on_over));
  session->connect();
  return session;
}

}  // namespace mocks::proxy
