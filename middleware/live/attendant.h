#pragma once
// Clients of plain connections that are quick, served by the loop itself: no thread stands between a request
// and its answer. Whoever is silent for a while, sends heaps, or is to get an answer that takes its time goes
// elsewhere.
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "middleware/kernel/watch.h"
#include "middleware/live/server_answer.h"
#include "middleware/live/server_exchange.h"
#include "middleware/live/server_session.h"

namespace live {

/// All but admit() on the loop's thread, or when the loop does not run.
class Attendant : public std::enable_shared_from_this<Attendant> {
 public:
  /// Where a session goes that is not served here any more. None of them may block.
  struct Elsewhere {
    std::function<void(std::unique_ptr<Session>)> rest;
    /// By a thread that may wait. `is_late`: what it waited for did not come in time.
    std::function<void(std::unique_ptr<Session>, bool is_late)> read;
    std::function<void(std::unique_ptr<Session>, Answer)> send;
  };

  Attendant(std::shared_ptr<ServerDesk> desk, const AnswerMaker& answers, Elsewhere elsewhere);
  ~Attendant();
  Attendant(const Attendant&) = delete;
  Attendant& operator=(const Attendant&) = delete;

  static bool may_serve(const Session& session) {
    return !session.stream.is_tls() && session.door == kernel::Door::Open &&
           session.afterwards == kernel::Afterwards::Kept;
  }

  /// A session that may_serve(). Any thread. After close(), and between shut() and open(), it is dropped.
  void admit(std::unique_ptr<Session> session);

  /// Closes what is between two requests; the answers that are due are the last of their connections. Nobody
  /// comes in any more.
  void shut();
  void open();

  /// Closes all and takes no more.
  void close();

 private:
  struct Entry;
  enum class Next : std::uint8_t { Wait, Again, End, Read, Send };

  bool is_open();
  void take_arrivals();
  void look(Entry& entry);
  Next step(Entry& entry, std::optional<Answer>& unsent);
  Next serve(Entry& entry, std::optional<Answer>& unsent);
  Next answer_late(Entry& entry, std::optional<kernel::HttpReply> reply, std::optional<Answer>& unsent);
  void reply_came(Entry& entry, std::optional<kernel::HttpReply> reply);
  void act(Entry& entry, Next next, std::optional<Answer> unsent);
  std::unique_ptr<Session> detach(Entry& entry);
  void sweep();
  void arm();

  const std::shared_ptr<ServerDesk> desk_;
  const AnswerMaker& answers_;
  const Elsewhere elsewhere_;
  std::list<Entry> entries_;
  kernel::TimerId sweep_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Session>> arrivals_;  ///< guarded by mutex_
  bool is_shut_ = false;                            ///< guarded by mutex_
  bool is_closed_ = false;                          ///< for good; guarded by mutex_
};

}  // namespace live
