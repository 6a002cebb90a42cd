#include "middleware/live/server_stream.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "middleware/kernel/check.h"

namespace live {
namespace {
constexpr std::size_t kReadSize = 16 * 1024;  // a TLS record
constexpr std::size_t kDrainMax = 1024 * 1024;
constexpr int kDrainWaitMs = 500;
}  // namespace

ServerStream::ServerStream(Descriptor socket, ssl_ctx_st* tls)
    : socket_(std::move(socket)), is_shaken_(tls == nullptr) {
  fcntl(socket_.get(), F_SETFL, fcntl(socket_.get(), F_GETFL) | O_NONBLOCK);
  if (tls == nullptr) return;
  tls_.reset(SSL_new(tls));
  CHECK(tls_);
  SSL_set_fd(tls_.get(), socket_.get());
}

ServerStream::~ServerStream() {
  // A child process may hold a copy of the descriptor: the FIN must not wait for it. After a shutdown there
  // is no RST.
  if (!is_reset_) ::shutdown(socket_.get(), SHUT_RDWR);
}

Received ServerStream::handshake() {
  ERR_clear_error();
  const int returned = SSL_accept(tls_.get());
  if (returned == 1) {
    is_shaken_ = true;
    return Received::Some;
  }
  return tls_received(returned);
}

Received ServerStream::tls_received(int returned) const {
  switch (SSL_get_error(tls_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return Received::Nothing;
    case SSL_ERROR_WANT_WRITE: {
      pollfd watched{socket_.get(), POLLOUT, 0};
      return poll(&watched, 1, kDrainWaitMs) > 0 ? Received::Some : Received::Gone;
    }
    default:
      return Received::Gone;
  }
}

Received ServerStream::receive_more() {
  if (consumed_ == input_.size()) {
    input_.clear();
    consumed_ = 0;
  } else if (consumed_ >= kReadSize) {
    input_.erase(0, consumed_);
    consumed_ = 0;
  }
  const std::size_t before = input_.size();
  ssize_t count = 0;
  input_.resize_and_overwrite(before + kReadSize, [&](char* bytes, std::size_t) {
    if (tls_) {
      ERR_clear_error();
      count = SSL_read(tls_.get(), bytes + before, static_cast<int>(kReadSize));
    } else {
      count = ::recv(socket_.get(), bytes + before, kReadSize, 0);
    }
    return before + static_cast<std::size_t>(count > 0 ? count : 0);
  });
  is_drained_ = count < static_cast<ssize_t>(kReadSize);
  if (count > 0) return Received::Some;
  if (tls_) return tls_received(static_cast<int>(count));
  return count < 0 && (errno == EAGAIN || errno == EINTR) ? Received::Nothing : Received::Gone;
}

bool ServerStream::wait_readable(std::chrono::milliseconds at_most) const {
  pollfd watched{socket_.get(), POLLIN | POLLRDHUP, 0};
  return poll(&watched, 1, static_cast<int>(at_most.count())) > 0;
}

void ServerStream::give_back_memory() {
  if (consumed_ < input_.size()) return;
  consumed_ = 0;
  std::string().swap(input_);
}

bool ServerStream::send(std::string_view bytes, std::chrono::milliseconds at_most) {
  const auto until = std::chrono::steady_clock::now() + at_most;
  while (!bytes.empty()) {
    ssize_t count = 0;
    bool waits = false;
    if (tls_) {
      ERR_clear_error();
      const int returned =
          SSL_write(tls_.get(), bytes.data(), static_cast<int>(std::min(bytes.size(), std::size_t{1} << 30)));
      count = returned;
      waits = returned <= 0 && SSL_get_error(tls_.get(), returned) == SSL_ERROR_WANT_WRITE;
    } else {
      count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      waits = count < 0 && (errno == EAGAIN || errno == EINTR);
    }
    if (count <= 0) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      pollfd watched{socket_.get(), POLLOUT, 0};
      if (!waits || left.count() <= 0 || poll(&watched, 1, static_cast<int>(left.count())) <= 0) return false;
      continue;
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::size_t ServerStream::send_at_once(std::string_view bytes) const {
  const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

void ServerStream::wait_for_close() {
  std::array<char, 4096> dropped;
  pollfd watched{socket_.get(), POLLIN | POLLRDHUP, 0};
  while (poll(&watched, 1, -1) >= 0) {
    if ((watched.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0) return;
    if (::recv(socket_.get(), dropped.data(), dropped.size(), MSG_DONTWAIT) == 0) return;
  }
}

void ServerStream::half_close() {
  if (tls_) {
    ERR_clear_error();
    SSL_shutdown(tls_.get());
  }
  ::shutdown(socket_.get(), SHUT_WR);
}

void ServerStream::wait_until_sent(std::chrono::milliseconds at_most) const {
  const auto until = std::chrono::steady_clock::now() + at_most;
  int unsent = 0;
  while (ioctl(socket_.get(), SIOCOUTQ, &unsent) == 0 && unsent > 0 &&
         std::chrono::steady_clock::now() < until) {
    poll(nullptr, 0, 1);
  }
}

void ServerStream::hold_back() const {
  const int on = 1;
  setsockopt(socket_.get(), IPPROTO_TCP, TCP_CORK, &on, sizeof on);
}

bool ServerStream::wait_until(std::chrono::steady_clock::time_point when) const {
  constexpr std::int64_t kLongest = 60'000;
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(when - std::chrono::steady_clock::now()).count();
    pollfd watched{socket_.get(), 0, 0};
    if (poll(&watched, 1, static_cast<int>(std::clamp(left, std::int64_t{0}, kLongest))) != 0) return false;
    if (left <= kLongest) return true;
  }
}

void ServerStream::rest(std::chrono::milliseconds duration) const {
  pollfd watched{socket_.get(), POLLRDHUP, 0};
  poll(&watched, 1, static_cast<int>(duration.count()));
}

void ServerStream::close_gently() {
  // Closing with unread bytes would send RST, and that can overtake what the client has not read yet.
  half_close();
  std::array<char, 16 * 1024> dropped;
  pollfd watched{socket_.get(), POLLIN, 0};
  for (std::size_t total = 0; total < kDrainMax && poll(&watched, 1, kDrainWaitMs) > 0;) {
    const ssize_t count = ::recv(socket_.get(), dropped.data(), dropped.size(), MSG_DONTWAIT);
    if (count <= 0) return;
    total += static_cast<std::size_t>(count);
  }
}

void ServerStream::reset() {
  const linger at_once{1, 0};
  setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  is_reset_ = true;
}

}  // namespace live
