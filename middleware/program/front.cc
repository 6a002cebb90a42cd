#include "middleware/program/front.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "middleware/kernel/json.h"
#include "middleware/kernel/outcome.h"
#include "middleware/kernel/url.h"

namespace program {
namespace {

using kernel::HttpReply;
using kernel::HttpRequest;

/// "in-flight" of a problem answer. Never its detail, which may quote the event.
std::string problem_type(const kernel::HttpResponse& response) {
  if (response.status < 400) return {};
  const auto body = kernel::parse_json(response.body);
  const std::string type = body ? kernel::json_text_at(*body, "/type") : std::string{};
  return type.substr(type.rfind(':') + 1);
}

bool is_of_operators(const HttpRequest& request) {
  const std::string_view path = kernel::path_of(request.target);
  return path == "/health" || path == "/ready" || path == "/metrics" || path == "/admin" ||
         path.starts_with("/admin/");
}

HttpReply too_busy() {
  HttpReply reply{kernel::problem(503, "busy", "too many requests are being worked on")};
  reply.response.headers.add("Retry-After", "1");
  return reply;
}

}  // namespace

class Front::Running {
 public:
  explicit Running(Front& front) : front_(front) { ++front.running_; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    if (--front_.running_ == 0 && front_.on_idle_) front_.on_idle_();
  }

 private:
  Front& front_;
};

Front::Front(kernel::HttpHandler& service, Gate& gate, kernel::HopSink& hops, std::string name)
    : service_(service), gate_(gate), hops_(hops), name_(std::move(name)) {}

kernel::Task<HttpReply> Front::handle(HttpRequest request) {
  const Running running(*this);
  auto handling =
      is_of_operators(request) ? service_.handle(std::move(request)) : handle_and_log(std::move(request));
  HttpReply reply = co_await std::move(handling);
  if (on_idle_) reply.response.headers.set("Connection", "close");
  co_return reply;
}

void Front::close(kernel::Action on_idle) {
  on_idle_ = std::move(on_idle);
  if (running_ == 0) on_idle_();
}

kernel::Task<HttpReply> Front::handle_and_log(HttpRequest request) {
  const std::string event(request.headers.get("ce-id"));
  const auto trace = kernel::parse_traceparent(request.headers.get("traceparent"));
  kernel::HopScope hop(hops_, {.stage = kernel::Stage::Compute,
                               .event = event,
                               .parent = trace ? trace->hop : 0,
                               .to = name_,
                               .operation = request.method + " " + request.target});
  request.headers.set("traceparent", kernel::traceparent(event, hop.id()));
  HttpReply reply;
  {
    auto entering = gate_.enter();
    const Gate::Place place = co_await std::move(entering);
    if (place) {
      auto handling = service_.handle(std::move(request));
      reply = co_await std::move(handling);
    } else {
      reply = too_busy();
    }
  }
  hop.close({.outcome = kernel::outcome_of(reply.response.status),
             .status = reply.response.status,
             .error = problem_type(reply.response)});
  co_return reply;
}

}  // namespace program
