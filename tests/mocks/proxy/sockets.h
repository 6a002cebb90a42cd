#pragma once
// Plain blocking sockets: both ends of a proxied connection, in the hands of a test. What should come and
// does not fails after half a minute.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

#include "middleware/live/descriptor.h"

namespace proxy_tests {

class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {
    const timeval patience{30, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }

  /// Connects to "127.0.0.1:4711"; throws when refused.
  static Socket to(const std::string& address) {
    Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket.connects(address)) throw std::runtime_error(address + ": " + std::strerror(errno));
    return socket;
  }
  bool connects(const std::string& address) const {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
  }

  void send(const std::string& bytes) const {
    for (std::size_t sent = 0; sent < bytes.size();) {
      const ssize_t count = ::send(fd_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) throw std::runtime_error(std::string("send: ") + std::strerror(errno));
      sent += static_cast<std::size_t>(count);
    }
  }
  /// So many bytes, or fewer and how it ended: "abc", "ab|end", "|reset", "|nothing" (after half a minute).
  std::string receive(std::size_t count) const {
    std::string bytes;
    std::string buffer(64UL << 10, '\0');
    while (bytes.size() < count) {
      const ssize_t got = ::recv(fd_.get(), buffer.data(), std::min(buffer.size(), count - bytes.size()), 0);
      if (got == 0) return bytes + "|end";
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return bytes + (errno == ECONNRESET ? "|reset" : "|nothing");
      bytes.append(buffer, 0, static_cast<std::size_t>(got));
    }
    return bytes;
  }
  /// Everything until it ends.
  std::string receive_all() const { return receive(std::string::npos); }
  /// True when nothing is here to read at this moment.
  bool is_silent() const {
    char byte = 0;
    return ::recv(fd_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
  }
  void end_sending() const { ::shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_.close(); }
  /// RST instead of FIN.
  void reset() {
    const linger none{1, 0};
    setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
    fd_.close();
  }
  int fd() const { return fd_.get(); }

 private:
  live::Descriptor fd_;
};

/// A server that only accepts.
class Server {
 public:
  Server() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    if (::bind(listener_.fd(), reinterpret_cast<sockaddr*>(&where), sizeof where) != 0 ||
        ::listen(listener_.fd(), 4096) != 0 ||
        ::getsockname(listener_.fd(), reinterpret_cast<sockaddr*>(&where), &size) != 0) {
      throw std::runtime_error("no server");
    }
    address_ = "127.0.0.1:" + std::to_string(ntohs(where.sin_port));
  }
  const std::string& address() const { return address_; }
  Socket accept() const {
    const int fd = ::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) throw std::runtime_error("nobody came");
    return Socket(fd);
  }
  void close() { listener_.close(); }

 private:
  Socket listener_;
  std::string address_;
};

}  // namespace proxy_tests
