#pragma once
// The org's host: everything that Salesforce clients reach over HTTP.
//
//   request ─> /services/oauth2, /services/Soap ─> tokens
//              /services/data/vNN.0 ─> token ─> allocation ─> Rest ─> the org
//              /cometd/NN.0 ─> CometD ─> the org's stream
//              /_relayrig: health, publishing without a login, and what a rehearsal does to clients: lose
//                          sessions, expire tokens, be too busy
//
// Source: facts/salesforce 1 and 4. Every request is a hop of stage `client`; those that carry passwords or
// tokens are recorded without their bodies.
#include <string>

#include "emulator/salesforce_edge/cometd.h"
#include "emulator/salesforce_edge/config.h"
#include "emulator/salesforce_edge/oauth.h"
#include "emulator/salesforce_edge/rest.h"
#include "emulator/salesforce_edge/soap.h"
#include "emulator/salesforce_edge/tokens.h"
#include "middleware/kernel/hop.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"

namespace emulator::salesforce_edge {

class SalesforceEdge final : public kernel::HttpHandler {
 public:
  /// The references outlive the edge, the org included.
  SalesforceEdge(const ClientsConfig& config, OrgPorts org, std::uint64_t seed, kernel::Scheduler& scheduler,
                 kernel::HopSink& sink);

  kernel::Task<kernel::HttpReply> handle(kernel::HttpRequest request) override;

  /// Every streaming session is lost; how many.
  std::size_t drop_sessions() { return cometd_.drop_sessions(); }
  /// Every access token is dead from now on.
  void expire_tokens() { tokens_.expire_all(); }

  /// For so long REST answers 503, and streaming that the server is too busy.
  void set_busy(kernel::Duration duration);

  /// Cancels the calls under way, which are never answered: before the org goes.
  void stop();

 private:
  kernel::Task<void> answer(kernel::HttpRequest request, kernel::Arrival<kernel::HttpReply> reply);
  kernel::Task<kernel::HttpReply> run(kernel::HttpRequest request, kernel::HopId hop);
  kernel::HttpResponse rest(const kernel::HttpRequest& request, kernel::HopId hop);
  ApiResult rest_result(const kernel::HttpRequest& request, RestCall call);
  kernel::HttpResponse admin(const kernel::HttpRequest& request, kernel::HopId hop);
  ApiResult trigger(const kernel::HttpRequest& request, const std::string& api_name, kernel::HopId hop);

  OrgPorts org_;
  kernel::Scheduler& scheduler_;
  kernel::HopSink& sink_;
  Tokens tokens_;
  OAuth oauth_;
  Soap soap_;
  Rest rest_;
  CometD cometd_;
  kernel::Timestamp busy_until_{};
  kernel::TaskScope calls_;
};

}  // namespace emulator::salesforce_edge
