#include "emulator/salesforce_edge/oauth.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/salesforce_edge/jwt.h"
#include "middleware/kernel/base64.h"
#include "middleware/kernel/hmac.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/url.h"

namespace emulator::salesforce_edge {

using kernel::HttpRequest;
using kernel::HttpResponse;
using kernel::Json;
using salesforce::ConnectedApp;
using salesforce::User;

namespace {

constexpr std::string_view kJwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";

HttpResponse json_response(int status, const Json& body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json;charset=UTF-8"}, {"Cache-Control", "no-store"}},
          .body = kernel::json_text(body)};
}

std::string milliseconds_text(kernel::WallTime time) {
  return std::to_string(std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count());
}

std::string rest_of(std::string_view text, std::size_t from) { return std::string(text.substr(from)); }

}  // namespace

std::string instance_url(const HttpRequest& request) { return "http://" + request.host; }

std::string_view token_of(const HttpRequest& request) {
  const std::string_view header = request.headers.get("Authorization");
  const std::size_t space = header.find(' ');
  if (space == std::string_view::npos) return {};
  const std::string_view scheme = header.substr(0, space);
  if (!kernel::equal_without_case(scheme, "Bearer") && !kernel::equal_without_case(scheme, "OAuth"))
    return {};
  const std::size_t begin = header.find_first_not_of(' ', space);
  return begin == std::string_view::npos ? std::string_view{} : header.substr(begin);
}

struct OAuth::Refusal {
  std::string error;
  std::string description;
  int status = 400;
};

struct OAuth::Login {
  const User* user;
  const ConnectedApp* app;
  bool gets_refresh_token = false;
};

/// The form, with the client's id and secret where HTTP Basic has them.
struct OAuth::Fields {
  kernel::FormFields form;
  std::string client_id;
  std::string client_secret;

  explicit Fields(const HttpRequest& request) : form(kernel::form_fields(request.body)) {
    client_id = text("client_id");
    client_secret = text("client_secret");
    const std::string_view header = request.headers.get("Authorization");
    constexpr std::string_view kBasic = "Basic ";
    if (!kernel::equal_without_case(header.substr(0, kBasic.size()), kBasic)) return;
    const auto pair = kernel::from_base64(header.substr(kBasic.size()));
    if (!pair) return;
    const std::size_t colon = pair->find(':');
    client_id = kernel::percent_decoded(pair->substr(0, colon), true);
    if (colon != std::string::npos) client_secret = kernel::percent_decoded(rest_of(*pair, colon + 1), true);
  }
  std::string text(std::string_view name) const {
    const std::string* found = kernel::form_field(form, name);
    return found == nullptr ? std::string{} : *found;
  }
};

const User* OAuth::user_with(std::string_view username, std::string_view password) const {
  const User* user = org_.directory.user_named(username);
  if (user == nullptr) return nullptr;
  const bool is_right = user->password.empty() || password == user->password + user->security_token;
  return is_right ? user : nullptr;
}

std::expected<const ConnectedApp*, OAuth::Refusal> OAuth::app_of(const Fields& fields,
                                                                 bool is_secret_needed) const {
  const ConnectedApp* app = org_.directory.app(fields.client_id);
  if (app == nullptr) return std::unexpected(Refusal{"invalid_client_id", "client identifier invalid"});
  const bool is_compared = is_secret_needed || !fields.client_secret.empty();
  if (is_compared && !app->consumer_secret.empty() && fields.client_secret != app->consumer_secret)
    return std::unexpected(Refusal{"invalid_client", "invalid client credentials"});
  return app;
}

std::expected<OAuth::Login, OAuth::Refusal> OAuth::password(const Fields& fields) const {
  const auto app = app_of(fields, true);
  if (!app) return std::unexpected(app.error());
  const User* user = user_with(fields.text("username"), fields.text("password"));
  if (user == nullptr) return std::unexpected(Refusal{"invalid_grant", "authentication failure"});
  return Login{.user = user, .app = *app};
}

std::expected<OAuth::Login, OAuth::Refusal> OAuth::client_credentials(const Fields& fields) const {
  const auto app = app_of(fields, true);
  if (!app) return std::unexpected(app.error());
  const User* user = org_.directory.user_named((*app)->run_as);
  if (user == nullptr) return std::unexpected(Refusal{"invalid_grant", "no client credentials user enabled"});
  return Login{.user = user, .app = *app};
}

std::expected<OAuth::Login, OAuth::Refusal> OAuth::jwt_bearer(const Fields& fields,
                                                              const HttpRequest& request) const {
  const auto assertion = read_assertion(fields.text("assertion"));
  if (!assertion)
    return std::unexpected(Refusal{"invalid_grant", "invalid assertion: " + assertion.error().message});
  const ConnectedApp* app = org_.directory.app(assertion->issuer);
  if (app == nullptr) return std::unexpected(Refusal{"invalid_client_id", "client identifier invalid"});
  if (!config_.certificate.empty() && !is_signed_by(*assertion, config_.certificate))
    return std::unexpected(Refusal{"invalid_grant", "invalid assertion: the signature is not the app's"});
  const std::vector<std::string> audiences = {"https://login.salesforce.com", "https://test.salesforce.com",
                                              instance_url(request)};
  const bool is_meant = std::ranges::any_of(assertion->audiences, [&](std::string audience) {
    if (audience.ends_with('/')) audience.pop_back();
    return std::ranges::find(audiences, audience) != audiences.end();
  });
  if (!is_meant) return std::unexpected(Refusal{"invalid_grant", "audience is invalid"});
  if (assertion->expires <= scheduler_.wall_now())
    return std::unexpected(Refusal{"invalid_grant", "assertion has expired"});
  const User* user = org_.directory.user_named(assertion->subject);
  if (user == nullptr) return std::unexpected(Refusal{"invalid_grant", "user hasn't approved this consumer"});
  return Login{.user = user, .app = app};
}

std::expected<OAuth::Login, OAuth::Refusal> OAuth::refresh(const Fields& fields) const {
  const auto app = app_of(fields, false);
  if (!app) return std::unexpected(app.error());
  const Grant* grant = tokens_.find_refresh(fields.text("refresh_token"));
  if (grant == nullptr || grant->client_id != (*app)->consumer_key)
    return std::unexpected(Refusal{"invalid_grant", "expired access/refresh token"});
  const User* user = org_.directory.user(grant->user_id);
  if (user == nullptr) return std::unexpected(Refusal{"invalid_grant", "expired access/refresh token"});
  return Login{.user = user, .app = *app};
}

std::expected<OAuth::Login, OAuth::Refusal> OAuth::log_in(const Fields& fields,
                                                          const HttpRequest& request) const {
  const std::string type = fields.text("grant_type");
  if (type == "password") return password(fields);
  if (type == "client_credentials") return client_credentials(fields);
  if (type == kJwtBearer) return jwt_bearer(fields, request);
  if (type == "refresh_token") return refresh(fields);
  if (type == "authorization_code") {
    return std::unexpected(Refusal{"unsupported_grant_type",
                                   "The flow of authorization codes, which wants a browser, is not emulated "
                                   "by relayrig"});
  }
  return std::unexpected(Refusal{"unsupported_grant_type", "grant type not supported"});
}

HttpResponse OAuth::token(const HttpRequest& request) {
  const Fields fields(request);
  auto login = log_in(fields, request);
  const salesforce::OrgIdentity org = org_.directory.identity();
  if (login && !org.is_active) login = std::unexpected(Refusal{"inactive_org", "organization is inactive"});
  if (login && !login->user->is_active) login = std::unexpected(Refusal{"inactive_user", "user is inactive"});
  if (!login) {
    return json_response(login.error().status,
                         {{"error", login.error().error}, {"error_description", login.error().description}});
  }
  const Grant grant{.user_id = login->user->id, .client_id = login->app->consumer_key};
  const std::string base = instance_url(request);
  const std::string id = base + "/id/" + org.org_id + "/" + login->user->id;
  const std::string issued = milliseconds_text(scheduler_.wall_now());
  const auto signature = kernel::hmac_sha256(login->app->consumer_secret, id + issued);
  Json answer = {
      {"access_token", tokens_.issue(grant, login->app->session_timeout)},
      {"signature", kernel::base64({reinterpret_cast<const char*>(signature.data()), signature.size()})},
      {"scope", "api refresh_token"},
      {"instance_url", base},
      {"id", id},
      {"token_type", "Bearer"},
      {"issued_at", issued}};
  // ASSUMPTION: the password flow gives a refresh token, as the app's scope has it; client credentials, JWT
  // and refreshing do not.
  if (fields.text("grant_type") == "password") answer["refresh_token"] = tokens_.issue_refresh(grant);
  return json_response(200, answer);
}

HttpResponse OAuth::revoke(const HttpRequest& request) {
  const kernel::FormFields form = kernel::form_fields(
      request.method == "GET" ? kernel::query_of(request.target) : std::string_view(request.body));
  const std::string* token = kernel::form_field(form, "token");
  if (token == nullptr || !tokens_.revoke(*token))
    return json_response(400, {{"error", "invalid_token"}, {"error_description", "token is invalid"}});
  return {.status = 200};
}

HttpResponse OAuth::introspect(const HttpRequest& request) {
  const Fields fields(request);
  if (const auto app = app_of(fields, true); !app)
    return json_response(401, {{"error", app.error().error}, {"error_description", app.error().description}});
  const std::string token = fields.text("token");
  const Grant* grant = tokens_.find(token);
  if (grant == nullptr) return json_response(200, {{"active", false}});
  const User* user = org_.directory.user(grant->user_id);
  const auto now = std::chrono::floor<std::chrono::seconds>(scheduler_.wall_now()).time_since_epoch().count();
  return json_response(200, {{"active", true},
                             {"scope", "api refresh_token"},
                             {"client_id", grant->client_id},
                             {"username", user == nullptr ? "" : user->username},
                             {"token_type", "access_token"},
                             {"exp", now + tokens_.seconds_left(token)}});
}

HttpResponse OAuth::userinfo(const HttpRequest& request) {
  const Grant* grant = tokens_.find(token_of(request));
  const User* user = grant == nullptr ? nullptr : org_.directory.user(grant->user_id);
  if (user == nullptr)
    return {.status = 403, .headers = {{"Content-Type", "text/plain"}}, .body = "Bad_OAuth_Token"};
  const std::string org = org_.directory.identity().org_id;
  return json_response(200, {{"sub", instance_url(request) + "/id/" + org + "/" + user->id},
                             {"user_id", user->id},
                             {"organization_id", org},
                             {"preferred_username", user->username},
                             {"name", user->username},
                             {"active", user->is_active}});
}

HttpResponse OAuth::identity(const HttpRequest& request) {
  const std::string path(kernel::path_of(request.target));
  std::string token(token_of(request));
  if (token.empty()) {
    const kernel::FormFields query = kernel::form_fields(kernel::query_of(request.target));
    if (const std::string* found = kernel::form_field(query, "oauth_token")) token = *found;
  }
  // ASSUMPTION: text and status of a refusal.
  if (tokens_.find(token) == nullptr)
    return {.status = 403, .headers = {{"Content-Type", "text/plain"}}, .body = "Bad_OAuth_Token"};
  const std::string org = org_.directory.identity().org_id;
  const std::string prefix = "/id/" + org + "/";
  const User* user = path.starts_with(prefix) ? org_.directory.user(rest_of(path, prefix.size())) : nullptr;
  if (user == nullptr) return {.status = 404, .headers = {{"Content-Type", "text/plain"}}, .body = "Bad_Id"};
  const std::string base = instance_url(request);
  return json_response(200, {{"id", base + path},
                             {"asserted_user", true},
                             {"user_id", user->id},
                             {"organization_id", org},
                             {"username", user->username},
                             {"display_name", user->username},
                             {"active", user->is_active},
                             {"urls",
                              {{"rest", base + "/services/data/v{version}/"},
                               {"sobjects", base + "/services/data/v{version}/sobjects/"},
                               {"query", base + "/services/data/v{version}/query/"}}}});
}

}  // namespace emulator::salesforce_edge
