#pragma once
// Shows who we are to one host: a bearer token, or a signature (SigV4). At a 401 the secret is asked for
// again, and the request is sent once more if that gave another value: the other side rotated before our
// cache knew.
#include <functional>
#include <string>

#include "middleware/kernel/http.h"
#include "middleware/kernel/scheduler.h"
#include "middleware/secrets/provider.h"
#include "middleware/secrets/sigv4.h"

namespace secrets {

/// References to secrets; a token, or both keys, or nothing: then requests pass as they are.
struct OutgoingIdentity {
  std::string host;  ///< the client's name for it
  std::string token{};
  std::string access_key_id{};
  std::string secret_access_key{};
  SigningScope scope{};
  std::string base_url{};  ///< of the host: its authority and path are signed
};

class AuthorizingClient final : public kernel::HttpClient {
 public:
  /// All outlive it.
  AuthorizingClient(OutgoingIdentity identity, Provider& provider, const kernel::Scheduler& scheduler,
                    kernel::HttpClient& client);

  /// Without its secret a request is not sent: NoAnswer::Refused, and `on_missing` is told why.
  kernel::Task<kernel::HttpResult> send(kernel::HttpRequest request, kernel::Timestamp deadline) override;

  using Missing = std::function<void(const kernel::Error& error)>;
  void on_missing(Missing missing) { missing_ = std::move(missing); }

 private:
  bool signs() const { return !identity_.access_key_id.empty(); }
  kernel::Task<kernel::HttpResult> send_as(kernel::HttpRequest request, kernel::Timestamp deadline);
  /// The header's secret: the token, or the secret key.
  kernel::Task<kernel::Result<SigningKeys>> secrets();
  void authorize(kernel::HttpRequest& request, const SigningKeys& keys) const;

  OutgoingIdentity identity_;
  Provider& provider_;
  const kernel::Scheduler& scheduler_;
  kernel::HttpClient& client_;
  Missing missing_;
};

}  // namespace secrets
