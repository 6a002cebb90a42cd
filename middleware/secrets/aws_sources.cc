#include "middleware/secrets/aws_sources.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "middleware/kernel/base64.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/wait.h"
#include "middleware/secrets/uri.h"

namespace secrets {
namespace {

/// facts/aws-platform 5, Retries; the names that these two services use.
constexpr std::array<std::string_view, 6> kThrottles = {"Throttling",           "ThrottlingException",
                                                        "ThrottledException",   "TooManyRequestsException",
                                                        "RequestLimitExceeded", "InternalServiceError"};

/// "aws#ThrottlingException:http://..." is ThrottlingException.
std::string error_name(const kernel::HttpResponse& answer) {
  const auto json = kernel::parse_json(answer.body);
  std::string name = json ? kernel::json_text_at(*json, "/__type") : std::string{};
  name = name.substr(0, name.find(':'));
  return name.substr(name.rfind('#') + 1);
}

std::string failure_text(const kernel::HttpResult& answer) {
  if (!answer) return "no answer (" + std::string(to_text(answer.error())) + ")";
  const auto json = kernel::parse_json(answer->body);
  std::string text = error_name(*answer);
  if (text.empty()) text = "status " + std::to_string(answer->status);
  std::string message = json ? kernel::json_text_at(*json, "/Message") : std::string{};
  if (json && message.empty()) message = kernel::json_text_at(*json, "/message");
  return message.empty() ? text : text + ": " + message;
}

bool may_pass(const kernel::HttpResult& answer) {
  if (!answer || answer->status >= 500 || answer->status == 429) return true;
  return std::ranges::find(kThrottles, error_name(*answer)) != kThrottles.end();
}

}  // namespace

AwsCaller::AwsCaller(kernel::Scheduler& scheduler, kernel::HttpClient& client, Credentials& credentials,
                     AwsService service, AwsCallRules rules)
    : scheduler_(scheduler),
      client_(client),
      credentials_(credentials),
      service_(std::move(service)),
      rules_(rules) {}

kernel::HttpRequest AwsCaller::request(const std::string& target, const std::string& body,
                                       const SigningKeys& keys) const {
  const EndpointParts endpoint = endpoint_parts(service_.endpoint);
  kernel::HttpRequest request{.method = "POST",
                              .host = service_.host,
                              .target = endpoint.path + "/",
                              .headers = {{"Host", endpoint.authority},
                                          {"Content-Type", "application/x-amz-json-1.1"},
                                          {"X-Amz-Target", target}},
                              .body = body};
  sign(request, keys, {.region = service_.region, .service = service_.host}, scheduler_.wall_now());
  request.target = "/";  // the client puts the endpoint's path before it
  return request;
}

kernel::Task<kernel::Result<std::string>> AwsCaller::call(std::string target, std::string body) {
  if (service_.region.empty()) co_return kernel::invalid("AWS_REGION is not set");
  const std::uint64_t call = ++calls_;
  for (int attempt = 1;; ++attempt) {
    auto asking = credentials_.get();
    const auto keys = co_await std::move(asking);
    if (!keys) co_return std::unexpected(keys.error());
    auto sending = client_.send(request(target, body, *keys), scheduler_.now() + rules_.attempt_max);
    kernel::HttpResult answer = co_await std::move(sending);
    if (answer && answer->status == 200) co_return std::move(answer->body);
    if (!may_pass(answer) || attempt >= rules_.attempts_max)
      co_return kernel::infrastructure(failure_text(answer));
    const double luck = kernel::draw_unit({rules_.seed, service_.host, std::to_string(call),
                                           static_cast<std::uint64_t>(attempt), "secret backoff"});
    const auto longest = rules_.backoff * (1 << (attempt - 1));
    const auto wait =
        std::chrono::nanoseconds(static_cast<std::int64_t>(static_cast<double>(longest.count()) * luck));
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + wait);
  }
}

kernel::Task<kernel::Result<std::string>> SecretsManagerSource::fetch(Reference reference) {
  std::string body = R"({"SecretId":)" + kernel::json_quoted(reference.name);
  if (!reference.stage.empty()) body += R"(,"VersionStage":)" + kernel::json_quoted(reference.stage);
  auto calling = caller_.call("secretsmanager.GetSecretValue", body + "}");
  const auto answer = co_await std::move(calling);
  if (!answer) co_return std::unexpected(answer.error());
  co_return secret_value(*answer);
}

kernel::Task<kernel::Result<std::string>> ParameterStoreSource::fetch(Reference reference) {
  auto calling = caller_.call("AmazonSSM.GetParameter", R"({"Name":)" + kernel::json_quoted(reference.name) +
                                                            R"(,"WithDecryption":true})");
  const auto answer = co_await std::move(calling);
  if (!answer) co_return std::unexpected(answer.error());
  co_return parameter_value(*answer);
}

kernel::Result<std::string> secret_value(const std::string& answer) {
  const auto json = kernel::parse_json(answer);
  if (!json) return kernel::infrastructure("the answer of GetSecretValue is no JSON");
  if (kernel::json_at(*json, "/SecretString") != nullptr) return kernel::json_text_at(*json, "/SecretString");
  const auto bytes = kernel::from_base64(kernel::json_text_at(*json, "/SecretBinary"));
  if (!bytes || bytes->empty()) return kernel::infrastructure("the answer of GetSecretValue holds no value");
  return *bytes;
}

kernel::Result<std::string> parameter_value(const std::string& answer) {
  const auto json = kernel::parse_json(answer);
  if (!json || kernel::json_at(*json, "/Parameter/Value") == nullptr)
    return kernel::infrastructure("the answer of GetParameter holds no value");
  return kernel::json_text_at(*json, "/Parameter/Value");
}

}  // namespace secrets
