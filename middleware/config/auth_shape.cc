#include "middleware/config/auth_shape.h"

#include "middleware/config/security_shapes.h"

namespace config {
namespace {

using service::AuthConfig;
using service::BasicLogin;
using service::ClientCredentials;
using service::SecretHeader;

struct AuthText {
  std::optional<std::string> bearer{};
  std::optional<SecretHeader> header{};
  std::optional<BasicLogin> basic{};
  std::optional<ClientCredentials> oauth{};
};

AuthConfig to_auth(const AuthText& text) {
  if (text.bearer) return SecretHeader{.prefix = "Bearer ", .secret = *text.bearer};
  if (text.header) return *text.header;
  if (text.basic) return *text.basic;
  return *text.oauth;
}

}  // namespace

Shape<std::optional<AuthConfig>> auth_shape() {
  const auto header = object<SecretHeader>("a header", "A header that holds a secret.")
                          .required("name", &SecretHeader::name, non_empty_text(), "Such as X-Api-Key.")
                          .optional("prefix", &SecretHeader::prefix, text(), "Stands before the secret.")
                          .required("value", &SecretHeader::secret, secret_reference(), "The secret.")
                          .done();
  const auto basic = object<BasicLogin>("a login", "HTTP Basic.")
                         .required("user", &BasicLogin::user, secret_reference(), "User name.")
                         .required("password", &BasicLogin::password, secret_reference(), "Password.")
                         .done();
  const auto oauth =
      object<ClientCredentials>("OAuth", "Client credentials, traded for a token that many calls share.")
          .required("client_id", &ClientCredentials::client_id, secret_reference(), "Consumer key.")
          .required("client_secret", &ClientCredentials::client_secret, secret_reference(),
                    "Consumer secret.")
          .optional("token_api", &ClientCredentials::token_api, non_empty_text(),
                    "One of apis, when the token comes from another host.")
          .optional("token_path", &ClientCredentials::token_path, non_empty_text(), "Where tokens are made.")
          .optional("scope", &ClientCredentials::scope, non_empty_text(), "Scopes, with spaces between.")
          .optional("timeout", &ClientCredentials::timeout, duration(std::chrono::milliseconds{1}),
                    "Of one request for a token.")
          .done();
  return mapped<std::optional<AuthConfig>>(
      object<AuthText>("auth", "What shows an API who calls.")
          .optional("bearer", &AuthText::bearer, secret_reference(), "Authorization: Bearer and the secret.")
          .optional("header", &AuthText::header, header, "Another header.")
          .optional("basic", &AuthText::basic, basic, "Authorization: Basic.")
          .optional("oauth", &AuthText::oauth, oauth, "A token of OAuth's client credentials.")
          .exactly_one_of({"bearer", "header", "basic", "oauth"})
          .done(),
      [](const AuthText& text) -> kernel::Result<std::optional<AuthConfig>> { return to_auth(text); });
}

}  // namespace config
