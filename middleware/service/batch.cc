#include "middleware/service/batch.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "middleware/core/deadline.h"
#include "middleware/kernel/json.h"

namespace service {
namespace {

using kernel::HttpRequest;
using kernel::Json;

std::string text_of(const Json& event, const char* key) {
  const auto found = event.find(key);
  return found != event.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

HttpRequest request_of(const Json& event, const HttpRequest& batch) {
  HttpRequest request{.method = "POST", .host = batch.host, .target = batch.target};
  request.headers.add("Content-Type", "application/json");
  if (const auto left = batch.headers.get(core::kDeadlineHeader); !left.empty()) {
    request.headers.add(std::string(core::kDeadlineHeader), std::string(left));
  }
  if (!event.is_object()) return request;
  for (const auto& [key, header] :
       {std::pair{"id", "ce-id"}, std::pair{"type", "ce-type"}, std::pair{"source", "ce-source"}}) {
    if (std::string value = text_of(event, key); !value.empty())
      request.headers.add(header, std::move(value));
  }
  std::string trace = text_of(event, "traceparent");
  std::string state = text_of(event, "tracestate");
  if (trace.empty()) {
    trace = batch.headers.get("traceparent");
    state = batch.headers.get("tracestate");
  }
  if (!trace.empty()) request.headers.add("traceparent", std::move(trace));
  if (!state.empty()) request.headers.add("tracestate", std::move(state));
  if (const auto amazon = batch.headers.get("X-Amzn-Trace-Id"); !amazon.empty())
    request.headers.add("X-Amzn-Trace-Id", std::string(amazon));
  if (const auto data = event.find("data"); data != event.end()) request.body = kernel::json_text(*data);
  return request;
}

Json entry(const std::string& id, const kernel::HttpResponse& response) {
  // What is wrong with the call is, of an event in a batch, wrong with the event.
  Json all = {{"id", id}, {"status", response.status == 400 ? 422 : response.status}};
  const std::string_view wait = response.headers.get("Retry-After");
  int seconds = 0;
  const auto [end, error] = std::from_chars(wait.data(), wait.data() + wait.size(), seconds);
  if (!wait.empty() && error == std::errc{}) all["retryAfter"] = seconds;
  if (response.status < 400) return all;
  const auto problem = kernel::parse_json(response.body);
  for (const char* key : {"type", "detail"}) {
    if (problem && problem->contains(key)) all[key] = (*problem)[key];
  }
  return all;
}

}  // namespace

bool is_batch(const HttpRequest& request) {
  const std::string_view type = request.headers.get("Content-Type");
  return kernel::equal_without_case(type.substr(0, type.find(';')), "application/cloudevents-batch+json");
}

kernel::Result<std::vector<HttpRequest>> batch_requests(const HttpRequest& batch) {
  const auto events = kernel::parse_json(batch.body);
  if (!events) return std::unexpected(events.error());
  if (!events->is_array()) return kernel::invalid("the batch is no JSON array");
  std::vector<HttpRequest> requests;
  requests.reserve(events->size());
  for (const Json& event : *events) requests.push_back(request_of(event, batch));
  return requests;
}

kernel::HttpResponse batch_answer(const std::vector<std::string>& ids,
                                  const std::vector<kernel::HttpReply>& replies) {
  Json all = Json::array();
  for (std::size_t i = 0; i < replies.size(); ++i) all.push_back(entry(ids[i], replies[i].response));
  return {200, {{"Content-Type", "application/json"}}, kernel::json_text(all)};
}

}  // namespace service
