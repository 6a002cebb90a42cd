#pragma once
// Where a connection and the handler meet. A connection's thread hands a request over to the loop and sleeps
// until the reply is there; on the loop itself the reply may be there at once.
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "middleware/kernel/http.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/live/loop.h"

namespace live {

/// The loop's side of a server. Only the loop's thread looks at `scope` and `is_closed`.
struct ServerDesk {
  ServerDesk(Loop& its_loop, kernel::HttpHandler& its_handler) : loop(its_loop), handler(its_handler) {}
  Loop& loop;
  kernel::HttpHandler& handler;
  bool is_closed = false;
  kernel::TaskScope scope;
};

/// One a connection; it serves one request after the other.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  explicit Exchange(std::shared_ptr<ServerDesk> desk) : desk_(std::move(desk)) {}

  /// The handler's reply; nothing when the server stops. For the connection's thread.
  std::optional<kernel::HttpReply> ask(kernel::HttpRequest request);

  using Later = std::function<void(std::optional<kernel::HttpReply>)>;
  /// The reply, if the handler has it at once. Else nothing, and `later` is called with it: with nothing when
  /// the server stops. On the loop's thread, like `later` and forget().
  std::optional<kernel::HttpReply> ask_here(kernel::HttpRequest request, Later later);
  /// Nobody wants to know what comes later.
  void forget();

  /// How much faster the run's time passes than the steady clock.
  double speed() const { return desk_->loop.speed(); }

  /// A request of this connection waits for its answer.
  bool is_asking();

  /// The answer that is due is the connection's last. Any thread.
  void make_last() { is_last_ = true; }
  bool is_last() const { return is_last_; }

  /// Ends the ask() that waits, and every later one. Any thread.
  void close();

 private:
  friend class Ticket;
  bool begin(kernel::HttpRequest request);
  void settle(std::optional<kernel::HttpReply> reply);

  std::shared_ptr<ServerDesk> desk_;
  kernel::HttpRequest request_;  ///< the thread's until it is posted, then the loop's
  std::mutex mutex_;
  std::condition_variable settled_came_;
  std::optional<kernel::HttpReply> reply_;
  Later later_;  ///< of the loop's thread
  bool is_settled_ = true;
  bool is_closed_ = false;
  std::atomic<bool> is_last_ = false;
};

}  // namespace live
