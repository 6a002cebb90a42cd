#include "emulator/salesforce_edge/salesforce_edge.h"

#include <nlohmann/json.hpp>

#include "emulator/salesforce_edge/cometd_request.h"
#include "emulator/salesforce_edge/query_cursors.h"
#include "emulator/salesforce_edge/resources.h"
#include "middleware/kernel/outcome.h"
#include "middleware/kernel/url.h"

namespace emulator::salesforce_edge {

using kernel::HttpReply;
using kernel::HttpRequest;
using kernel::HttpResponse;
using kernel::Json;

namespace {

constexpr std::size_t kHeadBytesMax = 16'384;
constexpr std::string_view kOAuth = "/services/oauth2/";
constexpr std::string_view kSoap = "/services/Soap/";
constexpr std::string_view kData = "/services/data";
constexpr std::string_view kIdentity = "/id/";
constexpr std::string_view kCometD = "/cometd";
constexpr std::string_view kAdmin = "/_relayrig/";

/// Passwords and tokens are in these.
bool has_secrets(std::string_view path) {
  return path.starts_with(kOAuth) || path.starts_with(kSoap) || path.starts_with(kIdentity);
}

std::string operation_of(const HttpRequest& request) {
  const std::string_view path = kernel::path_of(request.target);
  if (path.starts_with(kCometD)) return cometd_operation(request);
  return request.method + " " + std::string(path);
}

/// 414 and 431: facts/salesforce 1.3.
int status_of_head(const HttpRequest& request) {
  std::size_t size = request.target.size();
  if (size > kHeadBytesMax) return 414;
  for (const auto& [name, value] : request.headers) size += name.size() + value.size();
  return size > kHeadBytesMax ? 431 : 200;
}

/// "com/salesforce/api/rest/66.0;client=Sync", the client as Sforce-Call-Options names it.
std::string change_origin(const HttpRequest& request, int version) {
  std::string origin = "com/salesforce/api/rest/" + std::to_string(version / 10) + ".0";
  const std::string_view options = request.headers.get("Sforce-Call-Options");
  constexpr std::string_view kClient = "client=";
  const std::size_t at = options.find(kClient);
  if (at == std::string_view::npos) return origin;
  const std::string_view client = options.substr(at + kClient.size());
  return origin.append(";client=").append(client.substr(0, client.find_first_of(",; ")));
}

bool has_json_body(const HttpRequest& request) {
  const std::string_view type = request.headers.get("Content-Type");
  return request.body.empty() || type.empty() || type.starts_with("application/json");
}

}  // namespace

SalesforceEdge::SalesforceEdge(const ClientsConfig& config, OrgPorts org, std::uint64_t seed,
                               kernel::Scheduler& scheduler, kernel::HopSink& sink)
    : org_(org),
      scheduler_(scheduler),
      sink_(sink),
      tokens_(org.directory.identity().org_id, seed, scheduler),
      oauth_(config, org, tokens_, scheduler),
      soap_(oauth_, org, tokens_),
      rest_(org),
      cometd_(config, org, tokens_, seed, scheduler) {}

void SalesforceEdge::stop() {
  calls_.cancel_all();
  cometd_.drop_sessions();
}

void SalesforceEdge::set_busy(kernel::Duration duration) {
  busy_until_ = scheduler_.now() + duration;
  cometd_.set_busy(busy_until_);
}

kernel::Task<HttpReply> SalesforceEdge::handle(HttpRequest request) {
  // Who only asks whether it is there is no client of the org, and not recorded.
  if (kernel::path_of(request.target) == "/_relayrig/health")
    co_return HttpReply{.response = admin(request, 0)};
  const kernel::Arrival<HttpReply> reply(scheduler_);
  calls_.spawn(answer(std::move(request), reply));
  co_return co_await reply.wait();
}

kernel::Task<void> SalesforceEdge::answer(HttpRequest request, kernel::Arrival<HttpReply> reply) {
  const bool is_secret = has_secrets(kernel::path_of(request.target));
  const std::string sent = is_secret ? std::string{} : request.body;
  const std::string client = client_name(request);
  const std::string operation = operation_of(request);
  // A call that some event caused, a write-back for one, hangs below what made it.
  const auto trace = kernel::parse_traceparent(request.headers.get("traceparent"));
  kernel::HopScope hop(sink_, {.stage = kernel::Stage::Client,
                               .event = trace ? trace->event : std::string_view{},
                               .parent = trace ? trace->hop : 0,
                               .from = client,
                               .to = "salesforce",
                               .operation = operation});
  const auto sent_bytes = static_cast<std::int64_t>(request.body.size());
  const kernel::HopId id = hop.id();
  HttpReply made = co_await run(std::move(request), id);
  made.response.headers.set("Date", kernel::http_date(scheduler_.wall_now()));
  hop.close({.outcome = kernel::outcome_of(made.response.status),
             .status = made.response.status,
             .bytes_sent = sent_bytes,
             .bytes_received = static_cast<std::int64_t>(made.response.body.size()),
             .request = sent,
             .response = is_secret ? std::string_view{} : std::string_view(made.response.body)});
  reply.set(std::move(made));
}

kernel::Task<HttpReply> SalesforceEdge::run(HttpRequest request, kernel::HopId hop) {
  const std::string path(kernel::path_of(request.target));
  if (const int status = status_of_head(request); status != 200)
    co_return HttpReply{.response = {.status = status}};
  if (path.starts_with(kCometD)) co_return co_await cometd_.handle(std::move(request));
  HttpResponse response;
  if (path == "/services/oauth2/token" && request.method == "POST") {
    response = oauth_.token(request);
  } else if (path == "/services/oauth2/revoke") {
    response = oauth_.revoke(request);
  } else if (path == "/services/oauth2/introspect" && request.method == "POST") {
    response = oauth_.introspect(request);
  } else if (path == "/services/oauth2/userinfo") {
    response = oauth_.userinfo(request);
  } else if (path.starts_with(kIdentity)) {
    response = oauth_.identity(request);
  } else if (path.starts_with(kSoap)) {
    response = soap_.handle(request);
  } else if (path.starts_with(kAdmin)) {
    response = admin(request, hop);
  } else if (path == kData || path == std::string(kData) + "/") {
    response = to_response(request.method == "GET" ? ApiResult(versions()) : wrong_method(request.method));
  } else if (path.starts_with(kData)) {
    response = rest(request, hop);
  } else if (path.starts_with("/services/")) {
    response = to_response(not_emulated(request.method + " " + path));
  } else {
    response = to_response(not_found());
  }
  co_return HttpReply{.response = std::move(response)};
}

HttpResponse SalesforceEdge::rest(const HttpRequest& request, kernel::HopId hop) {
  RestCall call{.method = request.method,
                .body = request.body,
                .page_size = page_size_of(request.headers.get("Sforce-Query-Options"))};
  ApiResult result = not_found();
  if (read_target(request.target, call)) {
    call.caller = {
        .change_origin = change_origin(request, call.version), .name = client_name(request), .cause = hop};
    result = rest_result(request, std::move(call));
  }
  HttpResponse response = to_response(result);
  const salesforce::Allocation requests = org_.limits.api_requests();
  response.headers.set("Sforce-Limit-Info", "api-usage=" + std::to_string(requests.max - requests.remaining) +
                                                "/" + std::to_string(requests.max));
  return response;
}

ApiResult SalesforceEdge::rest_result(const HttpRequest& request, RestCall call) {
  // ASSUMPTION: the text.
  if (scheduler_.now() < busy_until_) return refused(503, "SERVER_UNAVAILABLE", "The server is too busy");
  const std::string_view token = token_of(request);
  // ASSUMPTION: text and code of a missing header are from memory.
  if (token.empty()) return refused(401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE");
  const Grant* grant = tokens_.find(token);
  if (grant == nullptr) return refused(401, "INVALID_SESSION_ID", "Session expired or invalid");
  if (const auto counted = org_.limits.count_api_request(); !counted)
    return std::unexpected(api_error(counted.error()));
  if (!has_json_body(request)) {
    return refused(
        415, "UNSUPPORTED_MEDIA_TYPE",
        "Content-Type '" + std::string(request.headers.get("Content-Type")) + "' is not supported");
  }
  call.caller.user_id = grant->user_id;
  call.identity_url =
      instance_url(request) + "/id/" + org_.directory.identity().org_id + "/" + grant->user_id;
  return rest_.call(call);
}

/// A list of events, each published by itself: EventUuids, or what was refused, in their order.
ApiResult SalesforceEdge::trigger(const HttpRequest& request, const std::string& api_name,
                                  kernel::HopId hop) {
  auto events = kernel::parse_json(request.body);
  if (!events) return refused(400, "JSON_PARSER_ERROR", events.error().text());
  if (!events->is_array()) return refused(400, "JSON_PARSER_ERROR", "The body wants a list of events");
  Json results = Json::array();
  for (const Json& event : *events) {
    const auto transaction = org_.data.begin({.name = client_name(request), .cause = hop});
    const auto published = transaction->publish(api_name, kernel::json_text(event));
    transaction->commit();
    results.push_back(published ? enqueued(*published, 660) : failed(api_error(published.error())));
  }
  return json_answer(results);
}

HttpResponse SalesforceEdge::admin(const HttpRequest& request, kernel::HopId hop) {
  const std::string_view path = kernel::path_of(request.target).substr(kAdmin.size());
  Json answer;
  constexpr std::string_view kEvents = "events/";
  if (path.starts_with(kEvents) && request.method == "POST")
    return to_response(trigger(request, std::string(path.substr(kEvents.size())), hop));
  if (path == "health" && request.method == "GET") {
    answer = {{"status", "ok"}, {"organization_id", org_.directory.identity().org_id}};
  } else if (constexpr std::string_view kBusy = "busy/";
             path.starts_with(kBusy) && request.method == "POST") {
    const auto duration = kernel::parse_duration(path.substr(kBusy.size()));
    if (!duration) return kernel::problem(400, "invalid", duration.error().text());
    set_busy(*duration);
    answer = Json::object();
  } else if (path == "sessions" && request.method == "DELETE") {
    answer = {{"dropped", drop_sessions()}};
  } else if (path == "tokens" && request.method == "DELETE") {
    expire_tokens();
    answer = Json::object();
  } else {
    return kernel::problem(
        404, "not-found",
        "there is GET health, POST events/NAME and busy/DURATION, DELETE sessions and DELETE tokens, no " +
            request.method + " " + std::string(path));
  }
  return {.headers = {{"Content-Type", "application/json"}}, .body = kernel::json_text(answer)};
}

}  // namespace emulator::salesforce_edge
