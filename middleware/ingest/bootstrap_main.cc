// bootstrap: the Lambda function as it is deployed, a custom runtime (provided.al2023). It asks the Runtime
// API for one invocation after the other and hands each event to the middleware over HTTPS, on connections
// that outlive invocations.
//
// Source: facts/aws-delivery 6 (Lambda Runtime API).
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>

#include "middleware/config/middleware_file.h"
#include "middleware/ingest/batch.h"
#include "middleware/ingest/ingest.h"
#include "middleware/ingest/trace_header.h"
#include "middleware/ingest/unwrap.h"
#include "middleware/ingest/validate.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"
#include "middleware/live/http_client.h"
#include "middleware/live/http_fetch.h"
#include "middleware/live/loop.h"
#include "middleware/live/signals.h"
#include "middleware/secrets/authorizing_client.h"
#include "middleware/secrets/setup.h"
#include "middleware/service/authenticator.h"
#include "middleware/service/log_sink.h"

namespace {

using namespace std::chrono_literals;
using ingest::FunctionError;
using ingest::FunctionResult;
using kernel::HttpRequest;
using kernel::HttpResponse;
using kernel::HttpResult;

constexpr const char* kRuntime = "runtime";  // the Runtime API, as a host name of the client
constexpr const char* kApi = "/2018-06-01/runtime";
constexpr kernel::Duration kNoLimit =
    std::chrono::days{365};  // an idle function waits for its next event as long as it lives
constexpr kernel::Duration kAnswerMax = 10s;
constexpr int kNextFailuresMax = 3;  // as aws-lambda-cpp: a few times, then the environment is given up

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string variable(const char* name) { return environment(name).value_or(""); }

struct Settings {
  std::string runtime_api = variable("AWS_LAMBDA_RUNTIME_API");
  std::string function = variable("AWS_LAMBDA_FUNCTION_NAME");
  std::string middleware_url = variable("MIDDLEWARE_URL");
  std::string ca_file = variable("MIDDLEWARE_CA_FILE");
  std::string config = variable("RELAYRIG_MIDDLEWARE_CONFIG");
  // References to secrets: how the middleware knows us.
  std::string token = variable("MIDDLEWARE_TOKEN");
  std::string access_key_id = variable("MIDDLEWARE_ACCESS_KEY_ID");
  std::string secret_access_key = variable("MIDDLEWARE_SECRET_ACCESS_KEY");

  std::string config_path() const {
    if (!config.empty()) return config;
    const std::string root = variable("LAMBDA_TASK_ROOT");
    return root.empty() ? "middleware.yaml" : root + "/middleware.yaml";
  }
};

std::string error_text(const FunctionError& error) {
  return R"({"errorType":)" + kernel::json_quoted(error.type) + R"(,"errorMessage":)" +
         kernel::json_quoted(error.message) + '}';
}

HttpRequest error_report(std::string target, const std::string& category, const FunctionError& error) {
  return {.method = "POST",
          .host = kRuntime,
          .target = std::move(target),
          .headers = {{"Content-Type", "application/json"},
                      {"Lambda-Runtime-Function-Error-Type", category + "." + error.type}},
          .body = error_text(error)};
}

/// The caller's span, from "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1". Root
/// goes on in X-Amzn-Trace-Id: the trace of an event is its EventUuid.
std::optional<kernel::HopId> parent_of(std::string_view trace_header) {
  constexpr std::string_view kParent = "Parent=";
  const std::size_t at = trace_header.find(kParent);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view digits = trace_header.substr(at + kParent.size(), 16);
  kernel::HopId parent = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parent, 16);
  if (error != std::errc{} || end != digits.data() + 16 || parent == 0) return std::nullopt;
  return parent;
}

/// What is left until the platform ends the invocation. By the system's clock: the loop's may have slept with
/// a frozen environment.
std::optional<kernel::Duration> time_left(std::string_view deadline_ms) {
  std::int64_t milliseconds = 0;
  const auto [end, error] =
      std::from_chars(deadline_ms.data(), deadline_ms.data() + deadline_ms.size(), milliseconds);
  if (deadline_ms.empty() || error != std::errc{} || end != deadline_ms.data() + deadline_ms.size())
    return std::nullopt;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::milliseconds{milliseconds} - std::chrono::duration_cast<kernel::Duration>(now);
}

/// What the log says of an event.
struct Glimpse {
  std::string event;
  std::string type;
};

Glimpse glimpse(const std::string& payload) {
  if (ingest::is_sqs_batch(payload)) return {.event = {}, .type = "SQS batch"};
  auto event = kernel::parse_json(payload);
  if (!event) return {};  // Ingest says so
  if (const auto message = ingest::sns_message(*event); message && *message)
    event = kernel::parse_json(**message);
  if (!event) return {};
  auto envelope = ingest::read_envelope(*event);
  if (!envelope) return {};
  return {.event = std::move(envelope->event_uuid), .type = std::move(envelope->detail_type)};
}

class Function {
 public:
  /// `client` reaches the Runtime API, `authorized` the middleware and the other destinations.
  /// `trace` stands before what `authorized` sends.
  Function(live::Loop& loop, live::HttpClientPool& client, ingest::TraceHeader& trace,
           kernel::HttpClient& authorized, service::LogSink& log, secrets::Provider& references,
           ingest::IngestConfig config)
      : loop_(loop), client_(client), trace_(trace), log_(log), ingest_(std::move(config), loop, authorized) {
    ingest_.log_to(log);
    ingest_.refer_to(references);
  }

  /// Ends the loop when the Runtime API is lost.
  kernel::Task<void> serve();

 private:
  kernel::Task<bool> answer(HttpResponse next);
  kernel::Task<FunctionResult> run(HttpResponse next);
  void warn(std::string_view what, const HttpResult& answer) {
    const std::string found =
        answer ? "status " + std::to_string(answer->status) : std::string(kernel::to_text(answer.error()));
    log_.log(
        {.level = kernel::LogLevel::Error, .source = kRuntime, .message = std::string(what) + ": " + found});
  }

  live::Loop& loop_;
  live::HttpClientPool& client_;
  ingest::TraceHeader& trace_;
  service::LogSink& log_;
  ingest::Ingest ingest_;
};

kernel::Task<void> Function::serve() {
  int failures = 0;
  while (failures < kNextFailuresMax) {
    HttpResult next = co_await client_.send(
        {.host = kRuntime, .target = std::string(kApi) + "/invocation/next"}, loop_.now() + kNoLimit);
    if (!next || next->status != 200) {
      ++failures;
      warn("no invocation", next);
      co_await kernel::sleep_for_duration(loop_, 100ms);
      continue;
    }
    failures = 0;
    const bool goes_on = co_await answer(std::move(*next));
    if (!goes_on) break;
  }
  loop_.stop();
}

kernel::Task<bool> Function::answer(HttpResponse next) {
  const std::string id(next.headers.get("Lambda-Runtime-Aws-Request-Id"));
  const std::string target = std::string(kApi) + "/invocation/" + id;
  log_.set_request_id(id);
  const FunctionResult result = co_await run(std::move(next));
  HttpRequest report = result ? HttpRequest{.method = "POST",
                                            .host = kRuntime,
                                            .target = target + "/response",
                                            .headers = {{"Content-Type", "application/json"}},
                                            .body = *result}
                              : error_report(target + "/error", "Function", result.error());
  const HttpResult posted = co_await client_.send(std::move(report), loop_.now() + kAnswerMax);
  if (!posted || posted->status != 202) warn("the answer was not taken", posted);
  log_.set_request_id({});
  co_return posted && posted->status < 500;
}

kernel::Task<FunctionResult> Function::run(HttpResponse next) {
  const Glimpse seen = glimpse(next.body);
  const std::string_view trace = next.headers.get("Lambda-Runtime-Trace-Id");
  const auto parent = parent_of(trace);
  trace_.set(std::string(trace));
  const auto left = time_left(next.headers.get("Lambda-Runtime-Deadline-Ms"));
  kernel::HopScope hop(log_, {.stage = kernel::Stage::Invoke,
                              .event = seen.event,
                              .parent = parent.value_or(0),
                              .to = "ingest",
                              .operation = seen.type});
  FunctionResult result;
  if (!left) {
    result = std::unexpected(
        FunctionError{"NoDeadline", "the invocation came without Lambda-Runtime-Deadline-Ms"});
  } else {
    // The platform's span is the parent of what we cause, if it gave one: its trace then has no gap.
    result = co_await ingest_.handle(
        {.payload = next.body, .deadline = loop_.now() + *left, .hop = parent.value_or(hop.id())});
  }
  // The error's text may quote the event: Lambda gets it, the log does not.
  hop.close(result ? kernel::HopEnd{}
                   : kernel::HopEnd{.outcome = kernel::Outcome::Failed, .error = result.error().type});
  co_return result;
}

/// The client that reaches the middleware and the Runtime API, or why this function cannot run.
std::expected<std::unique_ptr<live::HttpClientPool>, FunctionError> make_client(
    live::Loop& loop, const Settings& settings, const ingest::IngestConfig& config) {
  if (settings.middleware_url.empty()) {
    return std::unexpected(
        FunctionError{"MissingVariable", "MIDDLEWARE_URL is not set: the base URL of the middleware"});
  }
  live::HttpClientConfig reach{
      .hosts = {{config.middleware, settings.middleware_url}, {kRuntime, "http://" + settings.runtime_api}},
      .ca_file = settings.ca_file};
  for (const ingest::Destination& destination : config.destinations) {
    if (!destination.url.empty()) reach.hosts.emplace_back(destination.host, destination.url);
  }
  auto client = live::HttpClientPool::create(loop, std::move(reach));
  if (!client) {
    return std::unexpected(FunctionError{
        "InvalidVariable", "MIDDLEWARE_URL, MIDDLEWARE_CA_FILE or a destination: " + client.error().text()});
  }
  return std::move(*client);
}

/// Who we are to the middleware, or why that cannot be.
std::expected<secrets::OutgoingIdentity, FunctionError> identity(const Settings& settings,
                                                                 const std::string& host) {
  for (const auto& [name, value] : {std::pair("MIDDLEWARE_TOKEN", settings.token),
                                    std::pair("MIDDLEWARE_ACCESS_KEY_ID", settings.access_key_id),
                                    std::pair("MIDDLEWARE_SECRET_ACCESS_KEY", settings.secret_access_key)}) {
    if (value.empty()) continue;
    if (const auto read = secrets::parse_reference(value); !read)
      return std::unexpected(
          FunctionError{"InvalidVariable", std::string(name) + ": " + read.error().text()});
  }
  if (settings.access_key_id.empty() != settings.secret_access_key.empty()) {
    return std::unexpected(FunctionError{
        "MissingVariable", "MIDDLEWARE_ACCESS_KEY_ID and MIDDLEWARE_SECRET_ACCESS_KEY go together"});
  }
  const std::string region = variable("AWS_REGION");
  return secrets::OutgoingIdentity{.host = host,
                                   .token = settings.token,
                                   .access_key_id = settings.access_key_id,
                                   .secret_access_key = settings.secret_access_key,
                                   .scope = {region.empty() ? "us-east-1" : region, service::kSigningService},
                                   .base_url = settings.middleware_url};
}

int give_up(service::LogSink& log, const Settings& settings, const FunctionError& error) {
  log.log({.level = kernel::LogLevel::Error, .source = "init", .message = error.message});
  const auto reported =
      live::fetch("http://" + settings.runtime_api,
                  error_report(std::string(kApi) + "/init/error", "Runtime", error), kAnswerMax);
  if (!reported)
    log.log({.level = kernel::LogLevel::Error, .source = "init", .message = reported.error().text()});
  return 1;
}

std::uint64_t draw() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace

int main() {
  const Settings settings;
  if (settings.runtime_api.empty()) {
    std::fputs("bootstrap: AWS_LAMBDA_RUNTIME_API is not set; this program is started by Lambda\n", stderr);
    return 1;
  }
  live::Loop loop;
  bool is_stopped = false;
  const live::StopSignals signals(loop, [&loop, &is_stopped] {
    is_stopped = true;
    loop.stop();
  });
  service::LogSink log(loop, stdout, {settings.function.empty() ? "ingest" : settings.function, draw()});

  auto file = config::read_middleware_file(settings.config_path());
  if (!file) return give_up(log, settings, {"InvalidConfiguration", file.error().text()});
  auto client = make_client(loop, settings, file->ingest);
  if (!client) return give_up(log, settings, client.error());

  const auto who = identity(settings, file->ingest.middleware);
  if (!who) return give_up(log, settings, who.error());
  auto secrets_client = live::HttpClientPool::create(
      loop, {.hosts = secrets::hosts_of(environment), .ca_file = variable("AWS_CA_BUNDLE")});
  if (!secrets_client) return give_up(log, settings, {"InvalidVariable", secrets_client.error().text()});

  secrets::Redactor redactor;
  log.redact_with(redactor);
  secrets::ProgramSecrets values(environment, loop, **secrets_client, redactor, draw());
  // Behind the signature: proxies on the way may change it.
  ingest::TraceHeader trace(**client);
  secrets::AuthorizingClient authorized(*who, values.provider(), loop, trace);
  authorized.on_missing([&log](const kernel::Error& error) {
    log.log({.level = kernel::LogLevel::Error, .source = "secrets", .message = error.text()});
  });

  Function function(loop, **client, trace, authorized, log, values.provider(), std::move(file->ingest));
  kernel::TaskScope scope;
  scope.spawn(function.serve());
  loop.run();
  return is_stopped ? 0 : 1;
}
