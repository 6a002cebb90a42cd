#pragma once
// Logging in: the OAuth endpoints, and who a token belongs to.
//
// Source: facts/salesforce 1.4. Flows: password, client credentials, JWT bearer, refresh. The texts of errors
// are ASSUMPTIONs, their codes are documented. An empty password, secret or certificate is not compared.
#include <string>

#include "emulator/salesforce_edge/config.h"
#include "emulator/salesforce_edge/tokens.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::salesforce_edge {

/// "http://127.0.0.1:4571": this org as the client that sent the request reaches it.
std::string instance_url(const kernel::HttpRequest& request);

/// The token of "Bearer T" or "OAuth T", the scheme in any case; "" when there is none.
std::string_view token_of(const kernel::HttpRequest& request);

class OAuth {
 public:
  OAuth(ClientsConfig config, OrgPorts org, Tokens& tokens, kernel::Scheduler& scheduler)
      : config_(std::move(config)), org_(org), tokens_(tokens), scheduler_(scheduler) {}

  kernel::HttpResponse token(const kernel::HttpRequest& request);
  kernel::HttpResponse revoke(const kernel::HttpRequest& request);
  kernel::HttpResponse introspect(const kernel::HttpRequest& request);
  kernel::HttpResponse userinfo(const kernel::HttpRequest& request);
  /// GET /id/ORG/USER
  kernel::HttpResponse identity(const kernel::HttpRequest& request);

  /// The user who may log in with this, or null. `password` has the security token behind it.
  const salesforce::User* user_with(std::string_view username, std::string_view password) const;

 private:
  struct Fields;
  struct Login;
  struct Refusal;
  std::expected<Login, Refusal> password(const Fields& fields) const;
  std::expected<Login, Refusal> client_credentials(const Fields& fields) const;
  std::expected<Login, Refusal> jwt_bearer(const Fields& fields, const kernel::HttpRequest& request) const;
  std::expected<Login, Refusal> refresh(const Fields& fields) const;
  std::expected<Login, Refusal> log_in(const Fields& fields, const kernel::HttpRequest& request) const;
  std::expected<const salesforce::ConnectedApp*, Refusal> app_of(const Fields& fields,
                                                                 bool is_secret_needed) const;

  ClientsConfig config_;
  OrgPorts org_;
  Tokens& tokens_;
  kernel::Scheduler& scheduler_;
};

}  // namespace emulator::salesforce_edge
