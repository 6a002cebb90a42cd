#pragma once
// A listening socket that can pretend to be closed or stuck, and keeps its port meanwhile. Facts:
// mocks-and-faults 7, first two rows.
#include <memory>
#include <mutex>
#include <string>

#include "middleware/kernel/http.h"
#include "middleware/kernel/result.h"
#include "middleware/live/descriptor.h"

namespace live {

class Listener {
 public:
  /// `port` 0: any free one. Infrastructure error when it is taken: two servers never share one.
  static kernel::Result<std::unique_ptr<Listener>> open(const std::string& address, int port);

  Listener(Descriptor socket, Descriptor stir) : socket_(std::move(socket)), stir_(std::move(stir)) {}
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  enum class Outcome : std::uint8_t { Accepted, NoRoom, Closed };
  /// Waits for the next connection. NoRoom: there are no descriptors left. Closed: for good. One thread.
  Outcome accept(Descriptor& accepted);

  /// Refused and ConnectHang hold until Open; any other door is open here. In force when it returns. Any
  /// thread.
  void set_door(kernel::Door door);

  /// New connections are refused from now on. Wakes accept(). The port is free when the listener is gone.
  void close();

  int port() const;

 private:
  void wait(int socket) const;
  void fill_queue();

  std::mutex mutex_;
  Descriptor socket_;
  Descriptor stir_;    ///< eventfd: the door moved
  Descriptor filler_;  ///< our own connection, which takes the only place of a queue that hangs
  kernel::Door door_ = kernel::Door::Open;  ///< Open, Refused or ConnectHang; guarded by mutex_
  bool is_closed_ = false;                  ///< guarded by mutex_
};

/// Whether somebody takes a connection at that port of 127.0.0.1 now; it is closed again.
bool is_listening(int port);

}  // namespace live
