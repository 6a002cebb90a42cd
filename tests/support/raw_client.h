#pragma once
// A client that does what it likes: half a request, a body without end, ten requests in one breath, nothing.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>

namespace support {

class RawClient {
 public:
  explicit RawClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_open_ =
        socket_ >= 0 && ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  RawClient(RawClient&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), is_open_(std::exchange(other.is_open_, false)) {}
  RawClient& operator=(RawClient&&) = delete;
  RawClient(const RawClient&) = delete;
  ~RawClient() {
    if (socket_ >= 0) ::close(socket_);
  }

  bool is_open() const { return is_open_; }

  /// False when the server has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  /// All that comes until the server closes.
  std::string read_to_end() {
    return read_until([](const std::string&) { return false; });
  }
  /// All that comes until it ends like this, or the server closes.
  std::string read_up_to(std::string_view end) {
    return read_until([end](const std::string& text) { return text.ends_with(end); });
  }
  /// True when the server has closed, without waiting.
  bool is_closed_by_server() const {
    pollfd watched{socket_, POLLIN | POLLRDHUP, 0};
    return ::poll(&watched, 1, 0) > 0;
  }

 private:
  template <class Done>
  std::string read_until(Done done) {
    std::string text;
    char bytes[4096];
    while (!done(text)) {
      const ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
      if (count <= 0) break;
      text.append(bytes, static_cast<std::size_t>(count));
    }
    return text;
  }

  int socket_;
  bool is_open_ = false;
};

}  // namespace support
