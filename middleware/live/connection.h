#pragma once
// One connection to a server, plain or TLS, on the loop's thread. Its calls never block: what cannot be done
// now answers Wait, and the flow says `co_await connection.ready()` and tries again.
#include <coroutine>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "middleware/live/descriptor.h"
#include "middleware/live/loop.h"
#include "middleware/live/resolver.h"
#include "middleware/live/tls.h"

namespace live {

enum class IoStatus {
  Done,
  Wait,
  Refused,  ///< there is no connection
  Closed,   ///< the server sent its last byte
  Reset,
  Broken,  ///< what came is not TLS, or its certificate is not to be trusted
};

class Connection final : private ReadyWatcher {
 public:
  /// Begins to connect. `tls` may be null: plain. `host` is the name or address that the certificate must
  /// carry.
  Connection(Loop& loop, const Address& address, ssl_ctx_st* tls, const std::string& host);
  /// Closes at once, whatever is under way.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  IoStatus connect();
  IoStatus handshake();
  /// Takes what could be sent off the front of `unsent`; Done when nothing is left.
  IoStatus send(std::string_view& unsent);
  /// Done: `count` bytes, at least one.
  IoStatus receive(std::span<char> buffer, std::size_t& count);
  /// True when bytes have come that the socket does not show any more.
  bool has_received() const;

  /// For a connection at rest: false when the server has closed it or said something nobody asked for.
  bool is_usable();

  /// True when something happened on it while no flow was waiting: worth asking is_usable().
  bool was_stirred() const { return was_stirred_; }

  /// co_await connection.ready(): goes on when a call that answered Wait may get further. One flow at a time.
  auto ready() {
    struct Awaiter {
      Connection& connection;
      explicit Awaiter(Connection& its_connection) : connection(its_connection) {}
      Awaiter(const Awaiter&) = delete;
      Awaiter& operator=(const Awaiter&) = delete;
      ~Awaiter() { connection.waiting_ = nullptr; }
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> waiting) noexcept { connection.waiting_ = waiting; }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }

 private:
  void on_ready() override;
  IoStatus tls_status(int returned);

  Loop& loop_;
  Descriptor socket_;
  WatchId watch_;
  TlsStream tls_;
  std::coroutine_handle<> waiting_;
  IoStatus start_ = IoStatus::Done;
  bool was_stirred_ = false;
};

}  // namespace live
