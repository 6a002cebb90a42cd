#include "mocks/proxy/live/carrier.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>
#include <vector>

#include "middleware/kernel/check.h"
#include "mocks/proxy/live/session.h"

namespace mocks::proxy {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int kBacklog = 4096;
constexpr std::chrono::milliseconds kOutOfDescriptorsWait{5};

kernel::Result<tcp::endpoint> endpoint_of(asio::io_context& io, const std::string& listen) {
  auto address = parse_address(listen);
  if (!address) return std::unexpected(address.error());
  // "localhost" is 127.0.0.1 and not ::1, and so is no host at all: nothing is open to others by accident.
  if (address->host.empty() || address->host == "localhost") address->host = "127.0.0.1";
  const auto port = static_cast<std::uint16_t>(address->port);
  error_code failed;
  const auto numeric = asio::ip::make_address(address->host, failed);
  if (!failed) return tcp::endpoint(numeric, port);
  const auto found = tcp::resolver(io).resolve(address->host, std::to_string(port), failed);
  if (failed || found.empty()) return kernel::infrastructure("no address to listen on: " + failed.message());
  return found.begin()->endpoint();
}

}  // namespace

class AsioCarrier::Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(asio::io_context& io, const Proxy& proxy, ConnectionName name, std::uint64_t& connections)
      : io_(io),
        name_(std::move(name)),
        connections_(connections),
        upstream_(*parse_address(proxy.upstream)),
        toxics_(proxy.toxics),
        acceptor_(io),
        pause_(io) {
    if (upstream_.host.empty()) upstream_.host = "localhost";
  }

  kernel::Result<std::string> open(const std::string& listen) {
    const auto endpoint = endpoint_of(io_, listen);
    if (!endpoint) return std::unexpected(endpoint.error());
    error_code failed;
    acceptor_.open(endpoint->protocol(), failed);
    if (!failed) acceptor_.set_option(tcp::acceptor::reuse_address(true), failed);
    if (!failed) acceptor_.bind(*endpoint, failed);
    if (!failed) acceptor_.listen(kBacklog, failed);
    if (failed) return kernel::infrastructure("cannot listen: " + failed.message(), listen);
    const tcp::endpoint bound = acceptor_.local_endpoint();
    return address_text({.host = bound.address().to_string(), .port = bound.port()});
  }

  void accept() {
    acceptor_.async_accept([self = shared_from_this()](const error_code& failed, tcp::socket client) {
      if (self->is_closed_) return;
      if (failed == asio::error::no_descriptors) {
        self->pause_.expires_after(kOutOfDescriptorsWait);
        self->pause_.async_wait([self](const error_code&) {
          if (!self->is_closed_) self->accept();
        });
        return;
      }
      if (!failed) self->begin(client.release());
      self->accept();
    });
  }

  void close() {
    is_closed_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    for (const auto& session : open_ones()) session->drop();
  }

  void add(const Toxic& toxic) {
    toxics_.push_back(toxic);
    for (const auto& session : open_ones()) session->add(toxic);
  }
  void update(const Toxic& toxic) {
    for (Toxic& each : toxics_) {
      if (each.name == toxic.name) each = toxic;
    }
    for (const auto& session : open_ones()) session->update(toxic);
  }
  void remove(const std::string& toxic) {
    std::erase_if(toxics_, [&](const Toxic& each) { return each.name == toxic; });
    for (const auto& session : open_ones()) session->remove(toxic);
  }

  std::size_t sessions() const { return sessions_.size(); }

 private:
  void begin(int client) {
    ConnectionName name = name_;
    name.number = ++connections_;
    const std::uint64_t number = name.number;
    sessions_[number] =
        Session::start(io_, client, {.name = std::move(name), .upstream = upstream_, .toxics = toxics_},
                       [self = shared_from_this(), number] { self->sessions_.erase(number); });
  }

  /// Sessions may end while they are told something.
  std::vector<std::shared_ptr<Session>> open_ones() const {
    std::vector<std::shared_ptr<Session>> all;
    all.reserve(sessions_.size());
    for (const auto& [number, session] : sessions_) all.push_back(session);
    return all;
  }

  asio::io_context& io_;
  const ConnectionName name_;
  std::uint64_t& connections_;
  Address upstream_;
  std::vector<Toxic> toxics_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::map<std::uint64_t, std::shared_ptr<Session>> sessions_;
  bool is_closed_ = false;
};

AsioCarrier::AsioCarrier(asio::io_context& io, std::uint64_t seed) : io_(io), seed_(seed) {}
AsioCarrier::~AsioCarrier() { close_all(); }

kernel::Result<std::string> AsioCarrier::open(const Proxy& proxy) {
  CHECK(!listeners_.contains(proxy.name));
  const auto listener = std::make_shared<Listener>(
      io_, proxy, ConnectionName{.seed = seed_, .proxy = proxy.name, .number = 0}, connections_[proxy.name]);
  auto listens = listener->open(proxy.listen);
  if (!listens) return listens;
  listeners_[proxy.name] = listener;
  listener->accept();
  return listens;
}

AsioCarrier::Listener& AsioCarrier::at(const std::string& proxy) {
  const auto found = listeners_.find(proxy);
  CHECK(found != listeners_.end());
  return *found->second;
}

void AsioCarrier::close(const std::string& proxy) {
  at(proxy).close();
  listeners_.erase(proxy);
}

void AsioCarrier::add(const std::string& proxy, const Toxic& toxic) { at(proxy).add(toxic); }
void AsioCarrier::update(const std::string& proxy, const Toxic& toxic) { at(proxy).update(toxic); }
void AsioCarrier::remove(const std::string& proxy, const std::string& toxic) { at(proxy).remove(toxic); }

std::size_t AsioCarrier::sessions() const {
  std::size_t count = 0;
  for (const auto& [name, listener] : listeners_) count += listener->sessions();
  return count;
}

void AsioCarrier::close_all() {
  for (const auto& [name, listener] : listeners_) listener->close();
  listeners_.clear();
}

}  // namespace mocks::proxy
