#include "middleware/secrets/authorizing_client.h"

#include <utility>

#include "middleware/secrets/uri.h"

namespace secrets {

AuthorizingClient::AuthorizingClient(OutgoingIdentity identity, Provider& provider,
                                     const kernel::Scheduler& scheduler, kernel::HttpClient& client)
    : identity_(std::move(identity)), provider_(provider), scheduler_(scheduler), client_(client) {}

// No coroutine for those who show nothing.
kernel::Task<kernel::HttpResult> AuthorizingClient::send(kernel::HttpRequest request,
                                                         kernel::Timestamp deadline) {
  const bool shows = !identity_.token.empty() || signs();
  if (!shows || request.host != identity_.host) return client_.send(std::move(request), deadline);
  return send_as(std::move(request), deadline);
}

kernel::Task<kernel::Result<SigningKeys>> AuthorizingClient::secrets() {
  SigningKeys keys;
  if (signs()) {
    auto getting = provider_.get(identity_.access_key_id);
    auto id = co_await std::move(getting);
    if (!id) co_return std::unexpected(id.error());
    keys.access_key_id = std::move(*id);
  }
  auto getting = provider_.get(signs() ? identity_.secret_access_key : identity_.token);
  auto secret = co_await std::move(getting);
  if (!secret) co_return std::unexpected(secret.error());
  keys.secret_access_key = std::move(*secret);
  co_return keys;
}

void AuthorizingClient::authorize(kernel::HttpRequest& request, const SigningKeys& keys) const {
  if (!signs()) {
    request.headers.set("Authorization", "Bearer " + keys.secret_access_key);
    return;
  }
  const EndpointParts endpoint = endpoint_parts(identity_.base_url);
  const std::string target = request.target;
  request.target = endpoint.path + target;
  request.headers.set("Host", endpoint.authority);
  sign(request, keys, identity_.scope, scheduler_.wall_now());
  request.target = target;  // the client puts the path before it
}

kernel::Task<kernel::HttpResult> AuthorizingClient::send_as(kernel::HttpRequest request,
                                                            kernel::Timestamp deadline) {
  std::string shown;
  kernel::HttpResult answer = std::unexpected(kernel::NoAnswer::Refused);
  for (int attempt = 1; attempt <= 2; ++attempt) {
    auto getting = secrets();
    const auto keys = co_await std::move(getting);
    if (!keys) {
      if (missing_) missing_(keys.error());
      break;
    }
    if (keys->secret_access_key == shown) break;
    shown = keys->secret_access_key;
    kernel::HttpRequest outgoing = request;
    authorize(outgoing, *keys);
    auto sending = client_.send(std::move(outgoing), deadline);
    answer = co_await std::move(sending);
    if (!answer || answer->status != 401) break;
    provider_.forget(signs() ? identity_.secret_access_key : identity_.token);
    if (signs()) provider_.forget(identity_.access_key_id);
  }
  co_return answer;
}

}  // namespace secrets
