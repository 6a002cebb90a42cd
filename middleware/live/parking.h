#pragma once
// Where connections wait that have nothing to say: one thread looks after all of them, so that ten thousand
// idle or slow clients cost memory and no threads.
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "middleware/live/descriptor.h"
#include "middleware/live/server_session.h"

namespace live {

class Parking {
 public:
  using Clock = std::chrono::steady_clock;
  /// Gets a session back: bytes came, or (`is_late`) its deadline did. On the parking's thread; must not
  /// block.
  using Wake = std::function<void(std::unique_ptr<Session> session, bool is_late)>;

  explicit Parking(Wake wake);
  ~Parking();
  Parking(const Parking&) = delete;
  Parking& operator=(const Parking&) = delete;

  /// Until bytes come or its deadline does. After close() it is dropped.
  void park(std::unique_ptr<Session> session);

  /// Closes the one that has been without a request longest; false when there is none.
  bool close_idlest();

  /// Closes all, takes no more and wakes no more.
  void close();

 private:
  using Due = std::pair<Clock::time_point, Session*>;
  void watch();
  std::unique_ptr<Session> take(Session* session);
  int milliseconds_to_next();
  void wake_late();

  Wake wake_;
  Descriptor epoll_;
  Descriptor stir_;  ///< eventfd: an earlier deadline, or the end
  std::mutex mutex_;
  std::map<Session*, std::unique_ptr<Session>> parked_;  ///< guarded by mutex_
  std::set<Due> due_;                                    ///< guarded by mutex_
  std::set<Due> idle_;                                   ///< guarded by mutex_
  bool is_closed_ = false;                               ///< guarded by mutex_
  std::thread thread_;
};

}  // namespace live
