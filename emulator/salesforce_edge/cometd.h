#pragma once
// The streaming endpoint: CometD (Bayeux over long polling) with Salesforce's replay extension.
//
//   handshake ─> session ─> subscribe, each with a position of its own ─> connect, held until there is an
//   event
//
// Source: facts/salesforce 4. A connect is held when it is alone in its request and does not ask for timeout
// 0; its answer carries the events first. ASSUMPTION: one answer carries at most 1,000 events a subscription.
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "emulator/salesforce_edge/config.h"
#include "emulator/salesforce_edge/messages.h"
#include "emulator/salesforce_edge/sessions.h"
#include "emulator/salesforce_edge/tokens.h"
#include "middleware/kernel/hop.h"
#include "middleware/kernel/http.h"

namespace emulator::salesforce_edge {

class CometD {
 public:
  CometD(ClientsConfig config, OrgPorts org, Tokens& tokens, std::uint64_t seed,
         kernel::Scheduler& scheduler);

  /// A request below /cometd. Meta errors travel in status 200.
  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request);

  /// Every session is lost at once, as when a server goes: clients have to shake hands again.
  std::size_t drop_sessions();

  /// Until then every meta message is answered with "503::Server is too busy".
  void set_busy(kernel::Timestamp until) { busy_until_ = until; }

 private:
  struct Exchange;

  std::optional<kernel::HttpResponse> refuse_request(const kernel::HttpRequest& request) const;
  void handshake(Exchange& exchange, const kernel::Json& message);
  void subscribe(Exchange& exchange, const kernel::Json& message);
  void unsubscribe(Exchange& exchange, const kernel::Json& message);
  void disconnect(Exchange& exchange, const kernel::Json& message);
  void answer_message(Exchange& exchange, const kernel::Json& message);
  /// The session a message belongs to; null when it was answered with a refusal.
  SessionPtr session_of(Exchange& exchange, const kernel::Json& message);
  std::optional<std::string> subscribe_one(Exchange& exchange, const SessionPtr& session,
                                           const std::string& channel, const kernel::Json& message);
  /// Null: refused, and answered.
  SessionPtr begin_connect(Exchange& exchange, const kernel::Json& message);
  kernel::Task<bool> wait_for_events(SessionPtr session, kernel::Timestamp until);
  void end_connect(Exchange& exchange, const kernel::Json& message, const SessionPtr& session);

  ClientsConfig config_;
  OrgPorts org_;
  Tokens& tokens_;
  kernel::Scheduler& scheduler_;
  Sessions sessions_;
  kernel::Timestamp busy_until_{};
};

}  // namespace emulator::salesforce_edge
