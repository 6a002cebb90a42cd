#pragma once
// One connection of a proxy: a client's socket, the server's, and a link for each direction between them.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mocks/proxy/address.h"
#include "mocks/proxy/link.h"

namespace boost::asio {
class io_context;
}

namespace mocks::proxy {

struct SessionConfig {
  ConnectionName name{};
  Address upstream{};
  std::vector<Toxic> toxics{};  ///< of both streams
};

/// Reads no more than its links have room for. An end of one direction is passed on as just that; a reset is
/// passed on as a reset. All calls on the thread that runs `io`.
class Session {
 public:
  /// Takes over `client`, the descriptor of an open socket, connects to the server and begins. `on_over` is
  /// called once, when both sockets are closed; never from within start().
  static std::shared_ptr<Session> start(boost::asio::io_context& io, int client, SessionConfig config,
                                        std::function<void()> on_over);
  virtual ~Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  virtual void add(const Toxic& toxic) = 0;
  virtual void update(const Toxic& toxic) = 0;
  virtual void remove(const std::string& toxic) = 0;
  /// Closes both sockets at once, whatever is on its way.
  virtual void drop() = 0;

 protected:
  Session() = default;
};

}  // namespace mocks::proxy
