#pragma once
// A program that subscribes to the org over CometD, as one that somebody has running beside the relay: it
// logs in, shakes hands, subscribes, holds connects, and comes back when its session is lost.
//
// Source: facts/salesforce 4 and 4.2 (what clients do after a loss), 7 (what goes wrong with it).
#include <cstdint>
#include <optional>
#include <string>

#include "middleware/kernel/hop.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/wait.h"

namespace emulator::subscriber {

/// With what a program subscribes again after a loss.
enum class AfterLoss : std::uint8_t {
  Resume,   ///< the last replay id that it saw
  Restart,  ///< what it began with: everything since then comes again, or, after -1, is missed
  Forget,   ///< no replay extension, as plain cometd has it: only what is new
};

struct ClientConfig {
  std::string name{};     ///< in hops and transitions
  std::string channel{};  ///< "/event/Order_Placed__e"
  std::string host{};     ///< of the org
  std::string login{};    ///< form that is posted to the token endpoint
  std::int64_t replay = -1;
  AfterLoss after_loss = AfterLoss::Resume;
};

/// Every event that arrives is a hop of stage `client`; what becomes of the session and the subscription is a
/// transition of kind `subscriber`: connected, lost, away, refused.
class StreamingClient {
 public:
  /// The references outlive the client.
  StreamingClient(ClientConfig config, kernel::Scheduler& scheduler, kernel::HttpClient& client,
                  kernel::HopSink& hops);

  /// Subscribes until then.
  kernel::Task<void> run(kernel::Timestamp until);

  /// Its network is gone from now on: what is under way is lost, and nothing is asked before `until`.
  void go_away(kernel::Timestamp until);

  const std::string& name() const { return config_.name; }

 private:
  enum class Next : std::uint8_t { Connect, Handshake };

  bool is_away() const { return scheduler_.now() < away_until_; }
  kernel::Task<bool> open_session(kernel::Timestamp until);
  kernel::Task<void> log_in(kernel::Timestamp until);
  kernel::Task<Next> connect(kernel::Timestamp until);
  /// The answers, or nothing when there are none.
  kernel::Task<std::optional<kernel::Json>> ask(kernel::Json message, kernel::Timestamp until);
  kernel::Task<std::optional<kernel::HttpResult>> send(kernel::HttpRequest request, kernel::Timestamp until);
  kernel::Task<std::optional<kernel::HttpResult>> leave();
  std::optional<std::int64_t> position() const;
  Next take(const kernel::Json& answers);
  void receive(const kernel::Json& message);
  void become(std::string_view state, std::string_view why);

  ClientConfig config_;
  kernel::Scheduler& scheduler_;
  kernel::HttpClient& client_;
  kernel::HopSink& hops_;
  kernel::Signal left_;
  kernel::Timestamp away_until_{};
  std::string token_;
  std::string session_;  ///< clientId
  std::string state_ = "idle";
  std::optional<std::int64_t> last_seen_;
  bool has_subscribed_ = false;
};

}  // namespace emulator::subscriber
