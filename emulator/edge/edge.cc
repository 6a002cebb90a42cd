#include "emulator/edge/edge.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "emulator/edge/cbor.h"
#include "emulator/edge/gzip.h"
#include "emulator/edge/identify.h"
#include "emulator/edge/wire.h"
#include "middleware/kernel/ids.h"
#include "middleware/kernel/outcome.h"
#include "middleware/kernel/url.h"

namespace emulator::edge {
namespace {

using kernel::HttpReply;
using kernel::HttpRequest;
using kernel::HttpResponse;
using kernel::Json;

constexpr std::string_view kAdmin = "/_relayrig";
/// ASSUMPTION: more than any call may hold.
constexpr std::size_t kUnpackedMax = 16 << 20;

bool is_at_or_below(std::string_view path, std::string_view root) {
  return path == root || (path.starts_with(root) && path[root.size()] == '/');
}

/// "attempt=2; max=3" and boto3's "ttl=...; attempt=2; max=5": 2. Without the header every call is a first.
int attempt_of(std::string_view header) {
  constexpr std::string_view kName = "attempt=";
  const std::size_t begin = header.find(kName);
  if (begin == std::string_view::npos) return 1;
  header.remove_prefix(begin + kName.size());
  int attempt = 1;
  std::from_chars(header.data(), header.data() + header.size(), attempt);
  return std::max(1, attempt);
}

/// "aws-sdk-js/3.1174.0": the first product of the User-Agent.
std::string_view client_of(const HttpRequest& request) {
  const std::string_view agent = request.headers.get("User-Agent");
  return agent.empty() ? "client" : agent.substr(0, agent.find(' '));
}

/// What the operation is called where only the path can say it.
std::string route_text(const HttpRequest& request) {
  return request.method + " " + std::string(kernel::path_of(request.target));
}

}  // namespace

Edge::Edge(EdgeConfig config, std::uint64_t seed, kernel::Scheduler& scheduler, kernel::HopSink& sink)
    : config_(std::move(config)), scheduler_(scheduler), sink_(sink), ids_(seed, "edge") {}

Edge::~Edge() = default;

void Edge::add(std::unique_ptr<AwsService> service) { services_.push_back(std::move(service)); }

void Edge::mount(std::string path, kernel::HttpHandler& handler) {
  mounts_.emplace_back(std::move(path), &handler);
}

void Edge::mount_hosts(std::string suffix, kernel::HttpHandler& handler) {
  host_mounts_.emplace_back(std::move(suffix), &handler);
}

AwsService* Edge::find(std::string_view service) const {
  const auto found = std::ranges::find_if(
      services_, [service](const auto& candidate) { return candidate->name() == service; });
  return found == services_.end() ? nullptr : found->get();
}

HttpResponse Edge::admin(const HttpRequest& request) const {
  if (kernel::path_of(request.target) != std::string(kAdmin) + "/health")
    return kernel::problem(404, "not-found", "there is nothing at " + request.target);
  if (request.method != "GET" && request.method != "HEAD")
    return kernel::problem(405, "method-not-allowed", "health wants GET");
  Json services = Json::array();
  for (const auto& service : services_) services.push_back(service->name());
  const Json health = {{"status", "ok"},
                       {"version", config_.version},
                       {"region", config_.region},
                       {"account", config_.account},
                       {"services", services}};
  return {.headers = {{"Content-Type", "application/json"}}, .body = kernel::json_text(health)};
}

kernel::Task<HttpReply> Edge::handle(HttpRequest request) {
  const std::string host = request.host.substr(0, request.host.find(':'));
  for (const auto& [suffix, handler] : host_mounts_) {
    if (host.ends_with(suffix)) co_return co_await handler->handle(std::move(request));
  }
  const std::string_view path = kernel::path_of(request.target);
  for (const auto& [root, handler] : mounts_) {
    if (is_at_or_below(path, root)) co_return co_await handler->handle(std::move(request));
  }
  if (is_at_or_below(path, kAdmin)) co_return HttpReply{.response = admin(request)};
  if (kernel::equal_without_case(request.headers.get("Content-Encoding"), "gzip")) {
    auto body = gunzip(request.body, kUnpackedMax);
    if (!body)
      co_return HttpReply{.response =
                              kernel::problem(400, "bad-request", "the body is no gzip of up to 16 MiB")};
    request.body = std::move(*body);
  }
  AwsCall call{.identity = identify(request), .request_id = kernel::uuid4(ids_)};
  if (call.identity.service.empty()) {
    co_return HttpReply{.response = kernel::problem(
                            404, "not-found",
                            "there is nothing at " + route_text(request) +
                                ". A call of AWS names its service by a signature, X-Amz-Target, the path or "
                                "the Version of a form; /_relayrig/health lists the services")};
  }
  call.request = std::move(request);
  const kernel::Arrival<HttpReply> reply(scheduler_);
  calls_.spawn(answer(std::move(call), reply));
  co_return co_await reply.wait();
}

void Edge::log_call(const AwsCall& call) const {
  const kernel::Headers& headers = call.request.headers;
  const Json fields = {{"service", call.identity.service},
                       {"operation", call.identity.operation},
                       {"requestId", call.request_id},
                       {"invocationId", headers.get("amz-sdk-invocation-id")},
                       {"attempt", attempt_of(headers.get("amz-sdk-request"))},
                       {"hop", call.hop}};
  sink_.log({.level = kernel::LogLevel::Debug,
             .source = "edge",
             .message = "call",
             .fields = kernel::json_text(fields)});
}

kernel::Task<void> Edge::answer(AwsCall call, kernel::Arrival<HttpReply> reply) {
  AwsService* service = find(call.identity.service);
  if (service != nullptr && !service->find_route(call)) call.identity.operation = route_text(call.request);
  if (call.identity.operation.empty()) call.identity.operation = route_text(call.request);
  const std::string sent = call.request.body;
  kernel::HopScope hop(sink_, {.stage = kernel::Stage::Client,
                               .from = client_of(call.request),
                               .to = call.identity.service,
                               .operation = call.identity.operation,
                               .attempt = attempt_of(call.request.headers.get("amz-sdk-request"))});
  call.hop = hop.id();
  log_call(call);

  const Identity identity = call.identity;
  const std::string request_id = call.request_id;
  const AwsResult result = co_await run(std::move(call));
  HttpResponse response =
      write_result(identity, result, {request_id, kernel::http_date(scheduler_.wall_now())},
                   service == nullptr ? nullptr : service->dialect());
  hop.close({.outcome = kernel::outcome_of(response.status),
             .status = response.status,
             .error = result ? std::string_view{} : std::string_view(result.error().code),
             .bytes_sent = static_cast<std::int64_t>(sent.size()),
             .bytes_received = static_cast<std::int64_t>(response.body.size()),
             .request = service == nullptr ? sent : service->recorded(sent),
             .response = service == nullptr ? response.body : service->recorded(response.body)});
  reply.set({.response = std::move(response)});
}

kernel::Task<AwsResult> Edge::run(AwsCall call) {
  const std::string title(service_title(call.identity.service));
  AwsService* service = find(call.identity.service);
  if (service == nullptr) {
    const AwsError refusal = not_emulated(title + " " + call.identity.operation);
    sink_.log({.level = kernel::LogLevel::Warn, .source = "edge", .message = refusal.message});
    co_return std::unexpected(refusal);
  }
  const std::string& region = call.identity.region;
  if (!region.empty() && region != config_.region) {
    co_return std::unexpected(not_emulated("The region " + region + " (this rig stands in " + config_.region +
                                           "; 'relayrig env' prints what clients need)"));
  }
  const bool lacks_dialect = call.identity.protocol == Protocol::Query && service->dialect() == nullptr;
  const bool lacks_cbor = call.identity.protocol == Protocol::Cbor && !speaks_cbor(call.identity.service);
  if (lacks_dialect || lacks_cbor) co_return std::unexpected(not_emulated(title + " in this protocol"));
  auto input = read_input(call.identity, call.request, service->dialect());
  if (!input) co_return std::unexpected(std::move(input.error()));
  call.input = std::make_shared<const Json>(std::move(*input));
  co_return co_await service->call(std::move(call));
}

}  // namespace emulator::edge
