#include "tests/bench/peers/load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void no_delay(int socket) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void watch(int epoll, int socket, void* what) {
  epoll_event event{.events = EPOLLIN, .data = {.ptr = what}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
}

/// How long the first message in `text` is; 0 while it is not whole. Lengths only, no chunks.
std::size_t message_length(std::string_view text) {
  const std::size_t head = text.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  std::size_t body = 0;
  for (const std::string_view name : {"\r\nContent-Length: ", "\r\ncontent-length: "}) {
    const std::size_t at = text.substr(0, head).find(name);
    if (at != std::string_view::npos) body = std::strtoul(text.data() + at + name.size(), nullptr, 10);
  }
  const std::size_t whole = head + 4 + body;
  return text.size() >= whole ? whole : 0;
}

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"id\":\"SO-1\"}";

struct Peer {
  int socket;
  std::string received;
};

}  // namespace

FastMock::FastMock()
    : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), stop_(eventfd(0, EFD_CLOEXEC)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 1024) != 0)
    throw std::runtime_error("the mock cannot listen");
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

FastMock::~FastMock() {
  eventfd_write(stop_, 1);
  thread_.join();
  close(listener_);
  close(stop_);
}

void FastMock::serve() {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  watch(epoll, listener_, &listener_);
  watch(epoll, stop_, &stop_);
  std::map<void*, std::unique_ptr<Peer>> peers;
  std::array<char, 64 * 1024> bytes;
  std::array<epoll_event, 64> events;
  while (true) {
    const int count = epoll_wait(epoll, events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      void* const what = events[static_cast<std::size_t>(i)].data.ptr;
      if (what == &stop_) {
        for (const auto& [key, peer] : peers) close(peer->socket);
        close(epoll);
        return;
      }
      if (what == &listener_) {
        auto peer = std::make_unique<Peer>(accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC), "");
        no_delay(peer->socket);
        watch(epoll, peer->socket, peer.get());
        peers.emplace(peer.get(), std::move(peer));
        continue;
      }
      Peer& peer = *static_cast<Peer*>(what);
      const ssize_t got = recv(peer.socket, bytes.data(), bytes.size(), 0);
      if (got <= 0) {
        close(peer.socket);
        peers.erase(what);
        continue;
      }
      peer.received.append(bytes.data(), static_cast<std::size_t>(got));
      while (const std::size_t length = message_length(peer.received)) {
        peer.received.erase(0, length);
        if (send(peer.socket, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL) < 0) break;
      }
    }
  }
}

namespace {

struct Connection {
  int socket = -1;
  std::string received;
  Clock::time_point due;      ///< when its next request leaves
  Clock::time_point sent_at;  ///< what it is measured from
};

Clock::duration from_seconds(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

/// epoll_wait() knows milliseconds only: requests that are due would leave in heaps.
int wait_until(int epoll, std::array<epoll_event, 64>& events, Clock::time_point due) {
  const auto left = std::max(due - Clock::now(), Clock::duration{});
  const timespec time{.tv_sec = left / std::chrono::seconds{1},
                      .tv_nsec = (left % std::chrono::seconds{1}).count()};
  return epoll_pwait2(epoll, events.data(), static_cast<int>(events.size()), &time, nullptr);
}

double percentile(std::vector<double>& times, double share) {
  if (times.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(times.size() - 1));
  std::nth_element(times.begin(), times.begin() + at, times.end());
  return times[static_cast<std::size_t>(at)];
}

void begin(Connection& connection, int port, int epoll) {
  connection.received.clear();
  connection.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (connect(connection.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("the service cannot be reached");
  no_delay(connection.socket);
  watch(epoll, connection.socket, &connection);
}

}  // namespace

int free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (bind(probe, reinterpret_cast<const sockaddr*>(&address), size) != 0)
    throw std::runtime_error("no port");
  getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
  close(probe);
  return ntohs(address.sin_port);
}

LoadResult run_load(const LoadConfig& config, const std::function<std::string(std::int64_t)>& request) {
  prctl(PR_SET_TIMERSLACK, 1);
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  const Clock::duration period = from_seconds(config.period_seconds);
  std::vector<Connection> connections(static_cast<std::size_t>(config.connections));
  for (Connection& connection : connections) begin(connection, config.port, epoll);
  std::int64_t sent = 0;
  std::set<std::pair<Clock::time_point, Connection*>> resting;
  const Clock::time_point started = Clock::now();
  for (Connection& connection : connections) {
    const auto place = &connection - connections.data();
    connection.due = started + period * place / config.connections;
    resting.emplace(connection.due, &connection);
  }
  const auto send_next = [&](Connection& connection, Clock::time_point measured_from) {
    const std::string text = request(sent++);
    connection.sent_at = measured_from;
    send(connection.socket, text.data(), text.size(), MSG_NOSIGNAL);
  };
  const auto send_due = [&](Clock::time_point now) {
    while (!resting.empty() && resting.begin()->first <= now) {
      Connection& connection = *resting.extract(resting.begin()).value().second;
      send_next(connection, connection.due);
    }
  };
  LoadResult result;
  std::vector<double> times;
  std::array<char, 16 * 1024> bytes;
  std::array<epoll_event, 64> events;
  const Clock::time_point measured_from = started + from_seconds(config.warm_seconds);
  const Clock::time_point end = measured_from + from_seconds(config.seconds);
  for (Clock::time_point now = started; now < end; now = Clock::now()) {
    send_due(now);
    const int count = wait_until(epoll, events, resting.empty() ? end : resting.begin()->first);
    for (int i = 0; i < count; ++i) {
      Connection& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      const ssize_t got = recv(connection.socket, bytes.data(), bytes.size(), 0);
      if (got > 0) connection.received.append(bytes.data(), static_cast<std::size_t>(got));
      const std::size_t length = message_length(connection.received);
      if (got > 0 && length == 0) continue;
      const bool is_good = got > 0 && connection.received.starts_with("HTTP/1.1 2");
      const Clock::time_point over = Clock::now();
      if (over >= measured_from) {
        ++result.events;
        if (!is_good) ++result.errors;
        times.push_back(std::chrono::duration<double, std::milli>(over - connection.sent_at).count());
      }
      connection.received.erase(0, length);
      if (got <= 0) {
        close(connection.socket);
        begin(connection, config.port, epoll);
      }
      if (period == Clock::duration{}) {
        send_next(connection, Clock::now());
      } else {
        connection.due += period;
        resting.emplace(connection.due, &connection);
      }
    }
  }
  for (Connection& connection : connections) close(connection.socket);
  close(epoll);
  result.events_per_second = static_cast<double>(result.events - result.errors) / config.seconds;
  result.p50_ms = percentile(times, 0.50);
  result.p99_ms = percentile(times, 0.99);
  return result;
}

}  // namespace bench
