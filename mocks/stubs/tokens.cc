#include "mocks/stubs/tokens.h"

#include <algorithm>

#include "middleware/kernel/base64.h"
#include "middleware/kernel/ids.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/url.h"

namespace mocks::stubs {
namespace {

kernel::HttpResponse oauth_answer(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, std::move(body)};
}
kernel::HttpResponse oauth_error(int status, std::string_view error) {
  return oauth_answer(status, R"({"error":")" + std::string(error) + R"("})");
}

std::string field(const kernel::FormFields& fields, std::string_view name) {
  const std::string* value = kernel::form_field(fields, name);
  return value == nullptr ? std::string{} : *value;
}

constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kBasic = "Basic ";

}  // namespace

bool Tokens::is_for(const kernel::HttpRequest& request) const {
  return request.method == "POST" && kernel::path_of(request.target) == spec_.path;
}

bool Tokens::knows_client(const kernel::HttpRequest& request) const {
  const auto fields = kernel::form_fields(request.body);
  std::string id = field(fields, "client_id");
  std::string secret = field(fields, "client_secret");
  const std::string_view header = request.headers.get("Authorization");
  if (header.starts_with(kBasic)) {
    const std::string pair = kernel::from_base64(header.substr(kBasic.size())).value_or("");
    const std::size_t colon = std::min(pair.find(':'), pair.size());
    id = kernel::percent_decoded(pair.substr(0, colon), true);
    secret = colon < pair.size() ? kernel::percent_decoded(pair.substr(colon + 1), true) : "";
  }
  return std::ranges::find(spec_.clients, std::pair(id, secret)) != spec_.clients.end();
}

kernel::HttpResponse Tokens::issue(const kernel::HttpRequest& request, kernel::Timestamp now,
                                   std::uint64_t random) {
  const auto fields = kernel::form_fields(request.body);
  const std::string grant = field(fields, "grant_type");
  if (grant.empty()) return oauth_error(400, "invalid_request");
  if (!knows_client(request)) {
    kernel::HttpResponse refused = oauth_error(401, "invalid_client");
    refused.headers.add("WWW-Authenticate", "Basic realm=\"token\"");
    return refused;
  }
  if (grant == "refresh_token") {
    if (!refresh_.erase(field(fields, "refresh_token"))) return oauth_error(400, "invalid_grant");
  } else if (grant != "client_credentials") {
    return oauth_error(400, "unsupported_grant_type");
  }
  const std::string token = "tok_" + kernel::hex16(random) + kernel::hex16(kernel::splitmix64(random));
  issued_.at(token) = {.until = now + spec_.lasts};
  std::string body = R"({"access_token":")" + token + R"(","token_type":"Bearer","expires_in":)" +
                     std::to_string(std::chrono::floor<std::chrono::seconds>(spec_.lasts).count());
  if (spec_.gives_refresh_tokens) {
    const std::string refresh = "ref_" + kernel::hex16(kernel::splitmix64(~random));
    refresh_.at(refresh) = true;
    body += R"(,"refresh_token":")" + refresh + "\"";
  }
  if (const std::string scope = field(fields, "scope"); !scope.empty())
    body += R"(,"scope":)" + kernel::json_quoted(scope);
  return oauth_answer(200, body + "}");
}

Tokens::Access Tokens::check(const kernel::HttpRequest& request, kernel::Timestamp now) {
  const std::string_view header = request.headers.get("Authorization");
  if (header.empty()) return Access::NoToken;
  if (!header.starts_with(kBearer)) return Access::Invalid;
  Issued* issued = issued_.find(header.substr(kBearer.size()));
  if (issued == nullptr || issued->until <= now) return Access::Invalid;
  if (spec_.uses_max && issued->uses >= *spec_.uses_max) return Access::Invalid;
  ++issued->uses;
  return Access::Granted;
}

kernel::HttpResponse unauthorized(std::string_view error) {
  std::string challenge = "Bearer realm=\"mock\"";
  if (!error.empty()) challenge += ", error=\"" + std::string(error) + "\"";
  return {401,
          {{"Content-Type", "application/json"}, {"WWW-Authenticate", challenge}},
          R"({"error":{"code":")" + std::string(error.empty() ? "unauthorized" : error) +
              R"(","message":"the credential is missing, unknown or expired"}})"};
}

}  // namespace mocks::stubs
