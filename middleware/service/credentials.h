#pragma once
// What an API wants to see of its caller: a header made of secrets, or of a token that an OAuth server gives
// for them (RFC 6749 4.4, client credentials).
//
// The first call that needs a token fetches it for all that wait. It is kept until it is nearly over or the
// API refused it with 401; then the next call gets a new one. Secrets that a token server refuses are read
// anew from their source once, because they may have been rotated.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "middleware/kernel/hop.h"
#include "middleware/kernel/http.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"
#include "middleware/secrets/provider.h"

namespace service {

/// A header whose value is a prefix and a secret: "Authorization: Bearer …", "X-Api-Key: …".
struct SecretHeader {
  std::string name = "Authorization";
  std::string prefix{};
  std::string secret{};  ///< a reference
};

/// HTTP Basic; both are references.
struct BasicLogin {
  std::string user{};
  std::string password{};
};

struct ClientCredentials {
  std::string token_api{};                              ///< host of the token server; "": the API's own
  std::string token_path = "/services/oauth2/token";    ///< Salesforce's
  std::string client_id{};                              ///< a reference
  std::string client_secret{};                          ///< a reference
  std::string scope{};                                  ///< "": none is asked for
  kernel::Duration timeout = std::chrono::seconds{10};  ///< of one request for a token
};

using AuthConfig = std::variant<SecretHeader, BasicLogin, ClientCredentials>;

/// What secrets a configuration names.
std::vector<std::string> references_of(const AuthConfig& config);

/// On whose behalf a token is fetched: its hop hangs below this one.
struct TokenCause {
  std::string event{};
  kernel::HopId hop = 0;
};

/// A header for one attempt, or why there is none.
struct Credential {
  std::string name{};
  std::string value{};
  std::uint16_t version = 0;  ///< for Credentials::refused
  /// The caller takes this for the API's answer: what the token server said; 401 when it refuses us or a
  /// secret's reference names nothing; 503 when a secret is not to be had now.
  std::optional<kernel::HttpResult> failure{};
};

class Credentials {
 public:
  struct Surroundings {
    kernel::Scheduler& scheduler;
    kernel::HttpClient& client;
    kernel::HopSink& hops;
    secrets::Provider& secrets;
    std::string instance;
  };

  /// `api` is the host whose credentials they are. What the surroundings refer to outlives them.
  Credentials(AuthConfig config, std::string api, Surroundings surroundings);

  /// Answers NoAnswer::Timeout as the failure when `deadline` comes first.
  kernel::Task<Credential> get(TokenCause cause, kernel::Timestamp deadline);

  /// The API answered 401 to the credential of this version. A later one is kept.
  void refused(std::uint16_t version);

 private:
  struct Fetch {
    bool is_over = false;
    Credential result{};
  };
  kernel::Task<Credential> outcome_of(std::shared_ptr<Fetch> fetch);
  kernel::Task<void> run(std::shared_ptr<Fetch> fetch, TokenCause cause);
  kernel::Task<Credential> make(TokenCause cause);
  kernel::Task<Credential> from_header(SecretHeader config);
  kernel::Task<Credential> from_login(BasicLogin config);
  kernel::Task<Credential> from_token(ClientCredentials config, TokenCause cause);
  kernel::Task<kernel::HttpResult> ask(ClientCredentials config, std::string body, TokenCause cause);
  Credential read_token(const kernel::HttpResult& answer);
  bool is_usable() const;
  void forget_secrets();

  AuthConfig config_;
  std::string api_;
  Surroundings around_;
  std::optional<Credential> current_;
  std::optional<kernel::Timestamp> over_at_;  ///< of the current one; nothing: when it is refused
  std::uint16_t version_ = 0;
  std::shared_ptr<Fetch> fetching_;
  kernel::Signal fetched_;
  kernel::TaskScope fetches_;
};

}  // namespace service
