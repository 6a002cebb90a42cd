#include "emulator/edge/extension.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulator/edge/secrets_manager.h"
#include "emulator/edge/ssm.h"
#include "middleware/kernel/outcome.h"
#include "middleware/kernel/url.h"
#include "middleware/kernel/wait.h"

namespace emulator::edge {
namespace {

using access::Answer;
using access::Refusal;
using kernel::HttpReply;
using kernel::HttpResponse;
using kernel::Json;

constexpr std::string_view kSecretPath = "/secretsmanager/get";
constexpr std::string_view kParameterPath = "/systemsmanager/parameters/get";
constexpr const char* kTokenHeader = "X-Aws-Parameters-Secrets-Token";

std::unexpected<Refusal> bad_request(std::string message) {
  return std::unexpected(Refusal{"BadRequest", std::move(message)});
}

HttpReply reply_of(const Answer<std::string>& answer) {
  HttpResponse response{.headers = {{"Content-Type", "application/json"}}};
  if (answer) {
    response.body = *answer;
  } else {
    response.status = answer.error().status;
    response.body =
        kernel::json_text(Json{{"__type", answer.error().code}, {"message", answer.error().message}});
  }
  return {.response = std::move(response)};
}

}  // namespace

Extension::Extension(ExtensionConfig config, std::string function, std::string token, ExtensionPorts ports)
    : config_(config), function_(std::move(function)), token_(std::move(token)), ports_(ports) {}

Answer<Extension::Wanted> Extension::wanted_in(const kernel::HttpRequest& request) {
  const std::string_view path = kernel::path_of(request.target);
  if (path != kSecretPath && path != kParameterPath)
    return bad_request("there is nothing at " + std::string(path));
  if (request.method != "GET") return bad_request("only GET is served");
  Wanted wanted{.is_parameter = path == kParameterPath};
  std::string selector;
  for (const auto& [name, value] : kernel::form_fields(kernel::query_of(request.target))) {
    wanted.key += name + "=" + kernel::percent_encoded(value) + "&";
    if (!wanted.is_parameter && name == "secretId") {
      wanted.secret.secret = value;
    } else if (!wanted.is_parameter && name == "versionStage") {
      wanted.secret.stage = value;
    } else if (!wanted.is_parameter && name == "versionId") {
      wanted.secret.version = value;
    } else if (wanted.is_parameter && name == "name") {
      wanted.parameter = value;
    } else if (wanted.is_parameter && (name == "version" || name == "label")) {
      selector = ":" + value;
    } else if (wanted.is_parameter && name == "withDecryption") {
      wanted.in_plain = value == "true";
    } else {
      return bad_request("the parameter " + name + " is not known");
    }
  }
  if (wanted.parameter.empty() && wanted.secret.secret.empty())
    return bad_request(wanted.is_parameter ? "name is missing" : "secretId is missing");
  wanted.parameter += selector;
  wanted.key.insert(0, path);
  return wanted;
}

const std::string* Extension::fresh(const std::string& key) {
  const auto found = std::ranges::find(kept_, key, &Kept::key);
  if (found == kept_.end()) return nullptr;
  if (found->fresh_until <= ports_.scheduler.now()) {
    kept_.erase(found);
    return nullptr;
  }
  kept_.splice(kept_.begin(), kept_, found);
  return &found->body;
}

void Extension::keep(const Wanted& wanted, const std::string& body) {
  const kernel::Duration ttl = wanted.is_parameter ? config_.parameters_ttl : config_.secrets_ttl;
  if (!config_.is_cached || ttl == kernel::Duration{} || config_.cache_size == 0) return;
  std::erase_if(kept_, [&wanted](const Kept& kept) { return kept.key == wanted.key; });
  if (std::cmp_greater_equal(kept_.size(), config_.cache_size)) kept_.pop_back();
  kept_.push_front({wanted.key, body, ports_.scheduler.now() + ttl});
}

kernel::Task<Answer<std::string>> Extension::ask(Wanted wanted, kernel::HopId hop) {
  if (wanted.is_parameter) {
    const std::string name(parameters::name_in(wanted.parameter));
    auto admitting = ports_.parameters_admission.admit("GetParameter", {name}, hop);
    const auto admitted = co_await std::move(admitting);
    if (!admitted) co_return std::unexpected(admitted.error());
    const auto shown = ports_.parameters.read(wanted.parameter, wanted.in_plain);
    if (!shown) co_return std::unexpected(shown.error());
    co_return kernel::json_text(Json{{"Parameter", parameter_json(*shown)}});
  }
  const std::string name = ports_.secrets.name_of(wanted.secret.secret);
  auto admitting = ports_.secrets_admission.admit("GetSecretValue", {name}, hop);
  const auto admitted = co_await std::move(admitting);
  if (!admitted) co_return std::unexpected(admitted.error());
  const auto read = ports_.secrets.read(wanted.secret);
  if (!read) co_return std::unexpected(read.error());
  co_return kernel::json_text(secret_value_json(*read));
}

kernel::Task<Answer<std::string>> Extension::fetch(Wanted wanted) {
  const kernel::Duration timeout = wanted.is_parameter ? config_.parameters_timeout : config_.secrets_timeout;
  kernel::HopScope hop(ports_.sink, {.stage = kernel::Stage::Client,
                                     .from = "extension of " + function_,
                                     .to = wanted.is_parameter ? "ssm" : "secretsmanager",
                                     .operation = wanted.is_parameter ? "GetParameter" : "GetSecretValue"});
  auto asking = ask(std::move(wanted), hop.id());
  std::optional<Answer<std::string>> answer;
  if (timeout == kernel::Duration{}) {
    answer = co_await std::move(asking);
  } else {
    answer =
        co_await kernel::with_deadline(ports_.scheduler, ports_.scheduler.now() + timeout, std::move(asking));
  }
  if (!answer) answer = std::unexpected(Refusal{"InternalServerError", "the call timed out", 500});
  const int status = *answer ? 200 : answer->error().status;
  hop.close({.outcome = kernel::outcome_of(status),
             .status = status,
             .error = *answer ? std::string_view{} : std::string_view(answer->error().code)});
  co_return std::move(*answer);
}

kernel::Task<HttpReply> Extension::handle(kernel::HttpRequest request) {
  if (request.headers.get(kTokenHeader) != token_) {
    co_return reply_of(
        std::unexpected(Refusal{"Unauthorized", std::string(kTokenHeader) + " is missing or wrong", 401}));
  }
  const auto wanted = wanted_in(request);
  if (!wanted) co_return reply_of(std::unexpected(wanted.error()));
  if (const std::string* body = fresh(wanted->key)) co_return reply_of(*body);
  auto fetching = fetch(*wanted);
  const auto answer = co_await std::move(fetching);
  if (answer) keep(*wanted, *answer);
  co_return reply_of(answer);
}

}  // namespace emulator::edge
