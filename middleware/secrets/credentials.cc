#include "middleware/secrets/credentials.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "middleware/kernel/json.h"
#include "middleware/secrets/uri.h"

namespace secrets {
namespace {

using namespace std::chrono_literals;

constexpr kernel::Duration kPatience = 2s;
constexpr kernel::Duration kBeforeExpiry = 5min;

std::string variable(const Environment& environment, const char* name) {
  return environment(name).value_or(std::string{});
}

kernel::Task<kernel::Result<SigningKeys>> answered(kernel::Result<SigningKeys> keys) { co_return keys; }

}  // namespace

Credentials::Credentials(Environment environment, kernel::Scheduler& scheduler, kernel::HttpClient& client)
    : environment_(std::move(environment)), scheduler_(scheduler), client_(client) {}

std::string Credentials::container_url(const Environment& environment) {
  const std::string relative = variable(environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  if (!relative.empty()) return "http://169.254.170.2" + relative;
  return variable(environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
}

kernel::Task<kernel::Result<SigningKeys>> Credentials::get() {
  SigningKeys keys{.access_key_id = variable(environment_, "AWS_ACCESS_KEY_ID"),
                   .secret_access_key = variable(environment_, "AWS_SECRET_ACCESS_KEY"),
                   .session_token = variable(environment_, "AWS_SESSION_TOKEN")};
  if (!keys.access_key_id.empty() && !keys.secret_access_key.empty()) return answered(std::move(keys));
  if (kept_ && scheduler_.wall_now() < kept_until_) return answered(*kept_);
  if (container_url(environment_).empty()) {
    return answered(
        kernel::invalid("there are no AWS credentials: neither AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY "
                        "nor the container's"));
  }
  return fetch();
}

kernel::Task<kernel::Result<SigningKeys>> Credentials::fetch() {
  kernel::HttpRequest request{.host = kContainerHost,
                              .target = endpoint_parts(container_url(environment_)).path};
  const std::string token = variable(environment_, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (!token.empty()) request.headers.add("Authorization", token);
  auto sending = client_.send(std::move(request), scheduler_.now() + kPatience);
  const kernel::HttpResult answer = co_await std::move(sending);
  if (!answer || answer->status != 200) {
    co_return kernel::infrastructure(
        "the container's credentials cannot be had: " +
        (answer ? "status " + std::to_string(answer->status) : std::string(to_text(answer.error()))));
  }
  const auto json = kernel::parse_json(answer->body);
  if (!json) co_return kernel::infrastructure("the container's credentials are no JSON");
  SigningKeys keys{.access_key_id = kernel::json_text_at(*json, "/AccessKeyId"),
                   .secret_access_key = kernel::json_text_at(*json, "/SecretAccessKey"),
                   .session_token = kernel::json_text_at(*json, "/Token")};
  if (keys.access_key_id.empty() || keys.secret_access_key.empty())
    co_return kernel::infrastructure("the container's credentials are not whole");
  const auto expires = kernel::parse_wall_time(kernel::json_text_at(*json, "/Expiration"));
  kept_ = keys;
  kept_until_ = expires ? *expires - kBeforeExpiry : scheduler_.wall_now();
  co_return keys;
}

}  // namespace secrets
