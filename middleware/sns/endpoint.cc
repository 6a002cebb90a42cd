#include "middleware/sns/endpoint.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace sns {
namespace {

using kernel::HttpReply;
using kernel::HttpRequest;
using kernel::HttpResponse;
using kernel::Task;
using namespace std::chrono_literals;

/// SNS waits so long for an answer (facts/aws-delivery 2.4).
constexpr kernel::Duration kPatience = 15s;

Task<HttpReply> refused(int status, std::string_view type, std::string_view detail) {
  return kernel::answered({kernel::problem(status, type, detail)});
}

HttpReply done(std::string body) {
  return {.response = {200, {{"Content-Type", "application/json"}}, std::move(body)}};
}

/// What an error of the function means to SNS: a 4xx is never sent again.
HttpReply failed(const ingest::FunctionError& error) {
  const bool may_pass = error.type == "MiddlewareBusy" || error.type == "MiddlewareUnreachable" ||
                        error.type == "ReferenceUnavailable";
  return {.response = kernel::problem(may_pass ? 503 : 422, may_pass ? "try-later" : "refused",
                                      error.type + ": " + error.message)};
}

}  // namespace

std::string service_host(std::string_view topic_arn) {
  constexpr std::string_view kStart = "arn:aws";
  const std::size_t service = topic_arn.find(":sns:");
  if (!topic_arn.starts_with(kStart) || service == std::string_view::npos) return {};
  const std::string_view rest = topic_arn.substr(service + 5);
  const std::string_view region = rest.substr(0, rest.find(':'));
  if (region.empty() || region.size() == rest.size()) return {};
  return "sns." + std::string(region) + ".amazonaws.com" + (region.starts_with("cn-") ? ".cn" : "");
}

Task<kernel::HttpResult> Endpoint::InProcess::send(HttpRequest request, kernel::Timestamp) {
  auto handling = service_.handle(std::move(request));
  HttpReply reply = co_await std::move(handling);
  co_return std::move(reply.response);
}

Endpoint::Endpoint(EndpointConfig config, ingest::IngestConfig ingest, kernel::Scheduler& scheduler,
                   kernel::HttpClient& client, std::unique_ptr<kernel::HttpHandler> service)
    : config_(std::move(config)),
      scheduler_(scheduler),
      client_(client),
      service_(std::move(service)),
      in_process_(*service_),
      ingest_(std::move(ingest), scheduler, in_process_) {}

bool Endpoint::is_listed(std::string_view topic_arn) const {
  return std::ranges::find(config_.topics, topic_arn) != config_.topics.end();
}

Task<HttpReply> Endpoint::handle(HttpRequest request) {
  const std::string path = request.target.substr(0, request.target.find('?'));
  if (path != "/sns" || config_.topics.empty()) return service_->handle(std::move(request));
  if (request.method != "POST") return refused(405, "method", "POST /sns");
  return take(std::move(request));
}

Task<HttpReply> Endpoint::take(HttpRequest request) {
  const std::string topic(request.headers.get("x-amz-sns-topic-arn"));
  if (!is_listed(topic)) return refused(403, "topic", "this topic is not taken here: " + topic);
  const auto trace = kernel::parse_traceparent(request.headers.get("traceparent"));
  const kernel::HopId cause = trace ? trace->hop : 0;
  if (request.headers.get("x-amz-sns-rawdelivery") == "true")
    return take_event(std::move(request.body), cause);
  const auto body = kernel::parse_json(request.body);
  if (!body) return refused(400, "body", body.error().message);
  if (kernel::json_text_at(*body, "/TopicArn") != topic)
    return refused(400, "topic", "header and body name different topics");
  const std::string type = kernel::json_text_at(*body, "/Type");
  if (type == "Notification") return take_event(kernel::json_text_at(*body, "/Message"), cause);
  if (type == "SubscriptionConfirmation") return confirm(topic, kernel::json_text_at(*body, "/SubscribeURL"));
  if (type == "UnsubscribeConfirmation") return kernel::answered({});
  return refused(400, "type", "SNS sends nothing of type '" + type + "'");
}

Task<HttpReply> Endpoint::take_event(std::string event, kernel::HopId cause) {
  auto handling = ingest_.handle({.payload = event, .deadline = scheduler_.now() + kPatience, .hop = cause});
  ingest::FunctionResult result = co_await std::move(handling);
  co_return result ? done(std::move(*result)) : failed(result.error());
}

Task<HttpReply> Endpoint::confirm(std::string topic_arn, std::string url) {
  const std::string host = service_host(topic_arn);
  const std::string base = "https://" + host;
  // Nobody but SNS decides where we send a request to.
  if (host.empty() || !url.starts_with(base + "/"))
    co_return HttpReply{kernel::problem(403, "subscribe-url", "SubscribeURL does not lie at " + base)};
  auto sending =
      client_.send({.host = host, .target = url.substr(base.size())}, scheduler_.now() + kPatience);
  const kernel::HttpResult answer = co_await std::move(sending);
  if (!answer)
    co_return HttpReply{kernel::problem(503, "subscribe-url", std::string(to_text(answer.error())))};
  if (answer->status >= 300) {
    co_return HttpReply{
        kernel::problem(502, "subscribe-url", "SNS answered " + std::to_string(answer->status))};
  }
  co_return done(R"({"status":"confirmed"})");
}

}  // namespace sns
