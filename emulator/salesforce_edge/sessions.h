#pragma once
// Streaming sessions: who has shaken hands, what each is subscribed to, and when one is lost.
//
// Source: facts/salesforce 4. A session lives while a connect is held, and for a while (`session_timeout`)
// after one was answered. Events wait in the org until a connect takes them: none vanishes in between.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/salesforce_edge/config.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/wait.h"

namespace emulator::salesforce_edge {

class Session final : public salesforce::ChannelListener {
 public:
  Session(kernel::Scheduler& scheduler, std::string id, std::string cookie, std::string user_id)
      : wake_up(scheduler), id_(std::move(id)), cookie_(std::move(cookie)), user_id_(std::move(user_id)) {}

  const std::string& id() const { return id_; }
  const std::string& cookie() const { return cookie_; }
  const std::string& user_id() const { return user_id_; }

  /// Replaces one of the same channel.
  void add(std::unique_ptr<salesforce::StreamSubscription> subscription);
  /// False when there is none.
  bool remove(std::string_view channel);
  bool has_more() const;

  struct Delivery {
    std::string channel;  ///< as subscribed to
    std::size_t place;    ///< of the subscription among the session's
    relay::StoredEventPtr event;
  };
  /// What waits, oldest first, at most `count` a subscription.
  std::vector<Delivery> take(std::size_t count);

  void on_event() override { wake_up.notify_all(); }

  /// Raised by every connect: one that is held ends when a newer one came.
  std::uint64_t connects = 0;
  bool is_lost = false;
  kernel::Signal wake_up;

 private:
  friend class Sessions;
  std::string id_;
  std::string cookie_;
  std::string user_id_;
  kernel::TimerId expiry_;
  std::vector<std::unique_ptr<salesforce::StreamSubscription>> subscriptions_;
};
using SessionPtr = std::shared_ptr<Session>;

class Sessions {
 public:
  Sessions(kernel::Duration timeout, std::uint64_t seed, kernel::Scheduler& scheduler);
  Sessions(const Sessions&) = delete;
  Sessions& operator=(const Sessions&) = delete;
  ~Sessions() { drop_all(); }

  /// A new one, which is lost after the timeout unless it connects.
  SessionPtr open(std::string user_id);
  /// Null: there is none, or it was lost.
  SessionPtr find(std::string_view id) const;
  std::size_t count() const { return sessions_.size(); }

  /// A connect is held: the session does not expire.
  void hold(Session& session);
  /// A connect was answered: the time until the next one counts.
  void release(const SessionPtr& session);

  /// Its subscriptions end, and a connect that is held is answered.
  void drop(const SessionPtr& session);
  void drop_all();

 private:
  kernel::Duration timeout_;
  kernel::Scheduler& scheduler_;
  kernel::Random ids_;
  std::map<std::string, SessionPtr, std::less<>> sessions_;
};

}  // namespace emulator::salesforce_edge
