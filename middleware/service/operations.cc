#include "middleware/service/operations.h"

#include <algorithm>

#include "middleware/kernel/json.h"
#include "middleware/kernel/url.h"
#include "middleware/service/caller_gauges.h"

namespace service {
namespace {

using kernel::HttpResponse;

constexpr std::string_view kBreakers = "/admin/breakers";

HttpResponse json_response(int status, std::string_view type, std::string body) {
  return {status, {{"Content-Type", std::string(type)}, {"Cache-Control", "no-store"}}, std::move(body)};
}

bool is_calm(core::BreakerState state) {
  return state == core::BreakerState::Closed || state == core::BreakerState::Disabled;
}

std::string check_text(const std::string& name, std::string_view status, const std::string& output) {
  std::string text =
      kernel::json_quoted(name) + R"(:[{"componentType":"component","status":")" + std::string(status) + '"';
  if (!output.empty()) text += R"(,"output":)" + kernel::json_quoted(output);
  return text + "}]";
}

HttpResponse wrong_method(const char* right) { return kernel::problem(405, "method", right); }

}  // namespace

// No coroutine for what goes on to the service.
kernel::Task<kernel::HttpReply> Operations::handle(kernel::HttpRequest request) {
  const std::string path(kernel::path_of(request.target));
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (path == "/ready") return reads ? ready() : kernel::answered({wrong_method("GET /ready")});
  if (path == "/metrics") return kernel::answered({reads ? metrics() : wrong_method("GET /metrics")});
  if (path == kBreakers) return kernel::answered({reads ? breakers() : wrong_method("GET /admin/breakers")});
  if (path.starts_with(std::string(kBreakers) + "/"))
    return kernel::answered(
        {request.method == "POST" ? command(path) : wrong_method("POST /admin/breakers/API/COMMAND")});
  return behind_.handle(std::move(request));
}

kernel::Task<kernel::HttpReply> Operations::ready() {
  bool has_secrets = true;
  if (parts_.secrets_ready) {
    auto asking = parts_.secrets_ready();
    has_secrets = co_await std::move(asking);
  }
  co_return kernel::HttpReply{readiness(has_secrets)};
}

HttpResponse Operations::readiness(bool has_secrets) const {
  const auto trouble = parts_.store.trouble();
  const ReadyCheck musts[] = {
      {"secrets:loaded", has_secrets ? "" : "no secret of the callers could be loaded"},
      {"store:writes", trouble ? trouble->text() : ""},
      {"process:running", parts_.is_stopping && parts_.is_stopping() ? "it is stopping" : ""},
  };
  std::string checks;
  bool fails = false;
  bool warns = false;
  for (const ReadyCheck& must : musts) {
    fails = fails || !must.output.empty();
    checks += (checks.empty() ? "" : ",") +
              check_text(must.name, must.output.empty() ? "pass" : "fail", must.output);
  }
  for (ApiCaller* caller : parts_.callers) {
    const core::BreakerState state = caller->breaker_state();
    warns = warns || !is_calm(state);
    checks += "," + check_text(caller->config().name + ":breaker", is_calm(state) ? "pass" : "warn",
                               is_calm(state) ? "" : std::string(to_text(state)));
  }
  const std::string_view status = fails ? "fail" : warns ? "warn" : "pass";
  return json_response(fails ? 503 : 200, "application/health+json",
                       R"({"status":")" + std::string(status) + R"(","serviceId":)" +
                           kernel::json_quoted(parts_.instance) + R"(,"checks":{)" + checks + "}}");
}

HttpResponse Operations::metrics() const {
  std::vector<Gauge> gauges;
  for (const ApiCaller* caller : parts_.callers) {
    for (Gauge& gauge : gauges_of(*caller)) gauges.push_back(std::move(gauge));
  }
  if (parts_.gauges) {
    for (Gauge& gauge : parts_.gauges()) gauges.push_back(std::move(gauge));
  }
  return {200, {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}}, parts_.metrics.text(gauges)};
}

HttpResponse Operations::breakers() const {
  std::string list;
  for (ApiCaller* caller : parts_.callers) {
    const core::Breaker* breaker = caller->breaker();
    if (breaker == nullptr) continue;
    const auto state = caller->breaker_state();
    const auto left = breaker->open_left(parts_.scheduler.now()) / std::chrono::milliseconds{1};
    list += (list.empty() ? "" : ",") + (R"({"api":)" + kernel::json_quoted(caller->config().name)) +
            R"(,"state":")" + std::string(to_text(state)) + R"(","openLeftMs":)" + std::to_string(left) + "}";
  }
  return json_response(200, "application/json", "[" + list + "]");
}

HttpResponse Operations::command(std::string_view path) const {
  path.remove_prefix(kBreakers.size() + 1);
  const std::size_t slash = path.rfind('/');
  const std::string api = kernel::percent_decoded(path.substr(0, slash), false);
  const std::string_view what = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  const auto found =
      std::ranges::find_if(parts_.callers, [&api](ApiCaller* c) { return c->config().name == api; });
  core::Breaker* breaker = found == parts_.callers.end() ? nullptr : (*found)->breaker();
  if (breaker == nullptr) return kernel::problem(404, "breaker", "no breaker of that name");
  const kernel::Timestamp now = parts_.scheduler.now();
  if (what == "force-open") {
    breaker->force_open(now);
  } else if (what == "force-closed") {
    breaker->disable(now);
  } else if (what == "reset") {
    breaker->reset(now);
  } else {
    return kernel::problem(404, "command", "force-open, force-closed and reset are the commands");
  }
  return breakers();
}

}  // namespace service
