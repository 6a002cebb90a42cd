#include "middleware/live/listener.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace live {
namespace {

using kernel::Door;

constexpr int kBacklog = 1024;  // cpp-httplib's 5 gives errors from 64 connections on

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

int port_of(const Descriptor& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return address.ss_family == AF_INET6 ? ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port)
                                       : ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

auto no_socket(const std::string& place) {
  return kernel::infrastructure(std::string("cannot listen: ") + std::strerror(errno), place);
}

void set_reuse(const Descriptor& socket, int on) {
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

Descriptor bound(const addrinfo& address) {
  Descriptor socket(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // Not SO_REUSEPORT, which cpp-httplib sets: two servers would share the port's connections at random.
  set_reuse(socket, 1);
  if (socket.is_open() && ::bind(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return socket;
  return {};
}

void set_port(addrinfo& address, int port) {
  const auto number = htons(static_cast<std::uint16_t>(port));
  if (address.ai_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(address.ai_addr)->sin6_port = number;
  } else {
    reinterpret_cast<sockaddr_in*>(address.ai_addr)->sin_port = number;
  }
}

/// Linux frees a port that it chose itself when the socket stops listening, and keeps one that was asked for:
/// so a free one is found first, and then asked for by its number.
Descriptor bound_for_good(addrinfo& address) {
  constexpr int kTries = 16;
  for (int i = 0; i < kTries; ++i) {
    set_port(address, 0);
    Descriptor probe = bound(address);
    if (!probe.is_open()) return {};
    set_port(address, port_of(probe));
    probe.close();
    Descriptor socket = bound(address);
    if (socket.is_open() || errno != EADDRINUSE) return socket;
  }
  return {};
}

}  // namespace

kernel::Result<std::unique_ptr<Listener>> Listener::open(const std::string& address, int port) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const std::string place = address + ":" + std::to_string(port);
  if (const int code = getaddrinfo(address.c_str(), std::to_string(port).c_str(), &wanted, &list);
      code != 0) {
    return kernel::infrastructure(std::string("no address to listen on: ") + gai_strerror(code), place);
  }
  const Addresses guard(list, &freeaddrinfo);
  Descriptor socket = port == 0 ? bound_for_good(*list) : bound(*list);
  if (!socket.is_open() || ::listen(socket.get(), kBacklog) != 0) return no_socket(place);
  Descriptor stir(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stir.is_open()) return no_socket(place);
  return std::make_unique<Listener>(std::move(socket), std::move(stir));
}

void Listener::wait(int socket) const {
  pollfd watched[] = {{stir_.get(), POLLIN, 0}, {socket, POLLIN, 0}};
  poll(watched, socket < 0 ? 1 : 2, -1);
  eventfd_t count = 0;
  if ((watched[0].revents & POLLIN) != 0) eventfd_read(stir_.get(), &count);
}

Listener::Outcome Listener::accept(Descriptor& accepted) {
  while (true) {
    int socket = -1;
    {
      const std::lock_guard lock(mutex_);
      if (is_closed_) return Outcome::Closed;
      if (door_ == Door::Open) socket = socket_.get();
    }
    wait(socket);
    const std::lock_guard lock(mutex_);
    if (is_closed_) return Outcome::Closed;
    if (door_ != Door::Open) continue;
    accepted = Descriptor(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (accepted.is_open()) return Outcome::Accepted;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) return Outcome::NoRoom;
  }
}

void Listener::set_door(Door door) {
  const std::lock_guard lock(mutex_);
  const Door wanted = door == Door::Refused || door == Door::ConnectHang ? door : Door::Open;
  if (is_closed_ || wanted == door_) return;
  filler_.close();
  set_reuse(socket_, 1);
  door_ = wanted;
  switch (wanted) {
    case Door::Refused:
      // Bound as before, listening no more. Two that reuse addresses and do not listen could share the port.
      set_reuse(socket_, 0);
      ::shutdown(socket_.get(), SHUT_RDWR);
      break;
    case Door::ConnectHang:
      ::listen(socket_.get(), 0);
      fill_queue();
      break;
    default:
      ::listen(socket_.get(), kBacklog);
  }
  eventfd_write(stir_.get(), 1);
}

// A queue of length 0 takes one connection, and the system drops who comes after it.
void Listener::fill_queue() {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
  filler_ = Descriptor(::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  [[maybe_unused]] const int begun =
      ::connect(filler_.get(), reinterpret_cast<const sockaddr*>(&address), size);
}

void Listener::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  filler_.close();
  ::shutdown(socket_.get(), SHUT_RDWR);
  eventfd_write(stir_.get(), 1);
}

int Listener::port() const { return port_of(socket_); }

bool is_listening(int port) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  fcntl(socket.get(), F_SETFL, O_NONBLOCK);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
  if (errno != EINPROGRESS) return false;
  // On loopback that is over at once, unless the queue is full.
  constexpr int kAtMostMs = 10;
  pollfd connecting{socket.get(), POLLOUT, 0};
  if (poll(&connecting, 1, kAtMostMs) != 1) return false;
  int problem = 0;
  socklen_t size = sizeof problem;
  return getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &problem, &size) == 0 && problem == 0;
}

}  // namespace live
