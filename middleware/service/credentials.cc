#include "middleware/service/credentials.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/base64.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/outcome.h"
#include "middleware/kernel/url.h"

namespace service {
namespace {

using kernel::HttpResponse;
using kernel::HttpResult;
using kernel::NoAnswer;
using kernel::Task;
using namespace std::chrono_literals;

/// A token is not used to its last moment: the call that carries it takes time.
constexpr kernel::Duration kTokenMarginMax = 60s;

Credential failed(HttpResult answer) {
  Credential credential;
  credential.failure = std::move(answer);
  return credential;
}

/// As the API itself would say: the call fails for good, and its caller can read why.
Credential unauthorized(std::string_view detail) {
  return failed(kernel::problem(401, "credentials", detail));
}

/// A source that does not answer, or refuses us, may do so later: the event is to come again. A reference
/// that can name nothing fails for good.
Credential without_secret(const kernel::Error& error) {
  if (error.code == kernel::ErrorCode::Invalid) return unauthorized(error.text());
  return failed(kernel::problem(503, "credentials", error.text()));
}

bool is_refusal(const HttpResult& answer) {
  return answer && (answer->status == 400 || answer->status == 401 || answer->status == 403);
}

std::string form_of(const ClientCredentials& config, const std::string& id, const std::string& secret) {
  std::string form = "grant_type=client_credentials&client_id=" + kernel::percent_encoded(id) +
                     "&client_secret=" + kernel::percent_encoded(secret);
  if (!config.scope.empty()) form += "&scope=" + kernel::percent_encoded(config.scope);
  return form;
}

/// "invalid_client: invalid client credentials"; never more of an answer that may quote what it was sent.
std::string reason_of(const HttpResponse& answer) {
  const auto body = kernel::parse_json(answer.body);
  const std::string code = body ? kernel::json_text_at(*body, "/error") : std::string{};
  return "the token server answered " + std::to_string(answer.status) + (code.empty() ? "" : ", " + code);
}

}  // namespace

std::vector<std::string> references_of(const AuthConfig& config) {
  if (const auto* header = std::get_if<SecretHeader>(&config)) return {header->secret};
  if (const auto* login = std::get_if<BasicLogin>(&config)) return {login->user, login->password};
  const auto& oauth = std::get<ClientCredentials>(config);
  return {oauth.client_id, oauth.client_secret};
}

Credentials::Credentials(AuthConfig config, std::string api, Surroundings surroundings)
    : config_(std::move(config)),
      api_(std::move(api)),
      around_(std::move(surroundings)),
      fetched_(around_.scheduler) {}

bool Credentials::is_usable() const { return current_ && (!over_at_ || around_.scheduler.now() < *over_at_); }

Task<Credential> Credentials::get(TokenCause cause, kernel::Timestamp deadline) {
  if (is_usable()) co_return *current_;
  std::shared_ptr<Fetch> fetch = fetching_;
  if (!fetch) {
    fetch = fetching_ = std::make_shared<Fetch>();
    fetches_.spawn(run(fetch, std::move(cause)));  // may be over at once
  }
  auto fetched = co_await kernel::with_deadline(around_.scheduler, deadline, outcome_of(std::move(fetch)));
  if (fetched) co_return std::move(*fetched);
  co_return failed(std::unexpected(NoAnswer::Timeout));
}

Task<Credential> Credentials::outcome_of(std::shared_ptr<Fetch> fetch) {
  while (!fetch->is_over) co_await fetched_.wait();
  co_return fetch->result;
}

Task<void> Credentials::run(std::shared_ptr<Fetch> fetch, TokenCause cause) {
  current_.reset();
  Credential made = co_await make(std::move(cause));
  if (!made.failure) {
    if (++version_ == 0) ++version_;  // 0 is none
    made.version = version_;
    current_ = made;
  }
  fetch->result = std::move(made);
  fetch->is_over = true;
  fetching_.reset();
  fetched_.notify_all();
}

void Credentials::refused(std::uint16_t version) {
  if (!current_ || current_->version != version) return;
  current_.reset();
  // A token is made anew of the same secrets; a secret itself has to come anew from its source.
  if (!std::holds_alternative<ClientCredentials>(config_)) forget_secrets();
}

void Credentials::forget_secrets() {
  for (const std::string& reference : references_of(config_)) around_.secrets.forget(reference);
}

Task<Credential> Credentials::make(TokenCause cause) {
  over_at_.reset();
  if (const auto* header = std::get_if<SecretHeader>(&config_)) return from_header(*header);
  if (const auto* login = std::get_if<BasicLogin>(&config_)) return from_login(*login);
  return from_token(std::get<ClientCredentials>(config_), std::move(cause));
}

Task<Credential> Credentials::from_header(SecretHeader config) {
  const auto secret = co_await around_.secrets.get(config.secret);
  if (!secret) co_return without_secret(secret.error());
  co_return Credential{.name = config.name, .value = config.prefix + *secret};
}

Task<Credential> Credentials::from_login(BasicLogin config) {
  const auto user = co_await around_.secrets.get(config.user);
  if (!user) co_return without_secret(user.error());
  const auto password = co_await around_.secrets.get(config.password);
  if (!password) co_return without_secret(password.error());
  co_return Credential{.name = "Authorization", .value = "Basic " + kernel::base64(*user + ":" + *password)};
}

Task<Credential> Credentials::from_token(ClientCredentials config, TokenCause cause) {
  for (bool may_be_stale = true;; may_be_stale = false) {
    const auto id = co_await around_.secrets.get(config.client_id);
    if (!id) co_return without_secret(id.error());
    const auto secret = co_await around_.secrets.get(config.client_secret);
    if (!secret) co_return without_secret(secret.error());
    const HttpResult answer = co_await ask(config, form_of(config, *id, *secret), cause);
    if (!is_refusal(answer)) co_return read_token(answer);
    forget_secrets();
    if (!may_be_stale) co_return unauthorized(reason_of(*answer));
  }
}

Task<HttpResult> Credentials::ask(ClientCredentials config, std::string body, TokenCause cause) {
  const std::string host = config.token_api.empty() ? api_ : config.token_api;
  // Neither body is written down: one holds the secret, the other the token.
  kernel::HopScope hop(around_.hops, {.stage = kernel::Stage::Api,
                                      .event = cause.event,
                                      .parent = cause.hop,
                                      .from = around_.instance,
                                      .to = host,
                                      .operation = "POST " + config.token_path});
  kernel::HttpRequest request{.method = "POST", .host = host, .target = config.token_path, .body = {}};
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.headers.add("Accept", "application/json");
  if (!cause.event.empty()) request.headers.add("traceparent", kernel::traceparent(cause.event, hop.id()));
  request.body = std::move(body);
  HttpResult answer =
      co_await around_.client.send(std::move(request), around_.scheduler.now() + config.timeout);
  if (answer) {
    hop.close({.outcome = kernel::outcome_of(answer->status), .status = answer->status});
  } else {
    hop.close({.outcome = kernel::outcome_of(answer.error()), .error = to_text(answer.error())});
  }
  co_return answer;
}

Credential Credentials::read_token(const HttpResult& answer) {
  if (!answer) return failed(answer);
  if (answer->status != 200) {
    // Its body may quote the request. Retry-After is the caller's to honour.
    HttpResponse without_body{.status = answer->status};
    if (answer->headers.has("Retry-After"))
      without_body.headers.add("Retry-After", std::string(answer->headers.get("Retry-After")));
    return failed(std::move(without_body));
  }
  const auto body = kernel::parse_json(answer->body);
  const kernel::Json* token = body ? kernel::json_at(*body, "/access_token") : nullptr;
  if (token == nullptr || !token->is_string()) {
    return failed(kernel::problem(502, "credentials", "the token server's answer holds no access_token"));
  }
  if (const kernel::Json* lasts = kernel::json_at(*body, "/expires_in");
      lasts && lasts->is_number_integer()) {
    const auto whole = std::chrono::seconds{lasts->get<std::int64_t>()};
    over_at_ = around_.scheduler.now() + whole - std::min<kernel::Duration>(kTokenMarginMax, whole / 10);
  }
  return {.name = "Authorization", .value = "Bearer " + token->get<std::string>()};
}

}  // namespace service
