#include "middleware/live/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "middleware/kernel/check.h"

namespace live {
namespace {

constexpr std::size_t kTlsWriteMax = 1UL << 20;

IoStatus status_of_errno(int code) {
  if (code == EAGAIN || code == EWOULDBLOCK || code == EINTR) return IoStatus::Wait;
  return IoStatus::Reset;
}

TlsStream tls_stream(ssl_ctx_st* context, int socket, const std::string& host) {
  TlsStream tls(SSL_new(context));
  CHECK(tls);
  SSL_set_fd(tls.get(), socket);
  SSL_set_connect_state(tls.get());
  if (!known_addresses(host, 0).empty() && host != "localhost") {
    CHECK(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls.get()), host.c_str()) == 1);
  } else {
    SSL_set_hostflags(tls.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    CHECK(SSL_set1_host(tls.get(), host.c_str()) == 1);
    SSL_set_tlsext_host_name(tls.get(), host.c_str());
  }
  return tls;
}

}  // namespace

Connection::Connection(Loop& loop, const Address& address, ssl_ctx_st* tls, const std::string& host)
    : loop_(loop), socket_(::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  if (!socket_.is_open()) {
    start_ = IoStatus::Refused;  // no descriptor left
    return;
  }
  const int on = 1;
  setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address.bytes), address.size) != 0) {
    start_ = errno == EINPROGRESS ? IoStatus::Wait : IoStatus::Refused;
  }
  if (tls != nullptr) tls_ = tls_stream(tls, socket_.get(), host);
  watch_ = loop_.watch(socket_.get(), *this);
}

Connection::~Connection() {
  if (watch_) loop_.unwatch(watch_, socket_.get());
}

void Connection::on_ready() {
  if (!waiting_) {
    was_stirred_ = true;
    return;
  }
  std::exchange(waiting_, nullptr).resume();
}

IoStatus Connection::connect() {
  if (start_ != IoStatus::Wait) return start_;
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (getpeername(socket_.get(), reinterpret_cast<sockaddr*>(&peer), &size) == 0)
    return start_ = IoStatus::Done;
  int failure = 0;
  socklen_t failure_size = sizeof failure;
  getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &failure, &failure_size);
  if (failure != 0) start_ = IoStatus::Refused;
  return start_;
}

IoStatus Connection::handshake() {
  if (!tls_) return IoStatus::Done;
  ERR_clear_error();
  const int returned = SSL_do_handshake(tls_.get());
  return returned == 1 ? IoStatus::Done : tls_status(returned);
}

IoStatus Connection::tls_status(int returned) {
  const int code = errno;
  switch (SSL_get_error(tls_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return IoStatus::Wait;
    case SSL_ERROR_ZERO_RETURN:
      return IoStatus::Closed;
    case SSL_ERROR_SYSCALL:
      return IoStatus::Reset;
    default:
      break;
  }
  const bool is_end = ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  ERR_clear_error();
  errno = code;
  return is_end ? IoStatus::Closed : IoStatus::Broken;
}

IoStatus Connection::send(std::string_view& unsent) {
  while (!unsent.empty()) {
    ssize_t count = 0;
    if (tls_) {
      ERR_clear_error();
      const int returned =
          SSL_write(tls_.get(), unsent.data(), static_cast<int>(std::min(unsent.size(), kTlsWriteMax)));
      if (returned <= 0) return tls_status(returned);
      count = returned;
    } else {
      count = ::send(socket_.get(), unsent.data(), unsent.size(), MSG_NOSIGNAL);
      if (count < 0) return status_of_errno(errno);
    }
    unsent.remove_prefix(static_cast<std::size_t>(count));
  }
  return IoStatus::Done;
}

IoStatus Connection::receive(std::span<char> buffer, std::size_t& count) {
  ssize_t got = 0;
  if (tls_) {
    ERR_clear_error();
    const int returned = SSL_read(tls_.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (returned <= 0) return tls_status(returned);
    got = returned;
  } else {
    got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got == 0) return IoStatus::Closed;
    if (got < 0) return status_of_errno(errno);
  }
  count = static_cast<std::size_t>(got);
  return IoStatus::Done;
}

bool Connection::has_received() const { return tls_ && SSL_has_pending(tls_.get()) == 1; }

bool Connection::is_usable() {
  was_stirred_ = false;
  char byte = 0;
  if (tls_) {
    // Reads past session tickets, which TLS 1.3 servers send when they like.
    ERR_clear_error();
    const int returned = SSL_peek(tls_.get(), &byte, 1);
    return returned <= 0 && tls_status(returned) == IoStatus::Wait;
  }
  return ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

}  // namespace live
