#pragma once
// What the tests of live/ share: a handler with a script, and flows that run on a loop until they end.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/kernel/task_scope.h"
#include "middleware/kernel/wait.h"
#include "middleware/live/certificate_authority.h"
#include "middleware/live/http_client.h"
#include "middleware/live/http_server.h"
#include "middleware/live/loop.h"

namespace live_tests {

using namespace std::chrono_literals;
using kernel::Ending;
using kernel::HttpReply;
using kernel::HttpRequest;
using kernel::HttpResult;
using kernel::NoAnswer;

/// Answers what the script says at once, and remembers what it was asked.
class ScriptedHandler final : public kernel::HttpHandler {
 public:
  using Script = std::function<HttpReply(const HttpRequest&)>;
  explicit ScriptedHandler(Script script = [](const HttpRequest&) { return HttpReply{}; })
      : script_(std::move(script)) {}
  kernel::Task<HttpReply> handle(HttpRequest request) override {
    asked.push_back(request);
    co_return script_(request);
  }
  std::vector<HttpRequest> asked;

 private:
  Script script_;
};

/// Waits for `release` before it answers.
class HeldHandler final : public kernel::HttpHandler {
 public:
  explicit HeldHandler(kernel::Scheduler& scheduler) : release(scheduler) {}
  kernel::Task<HttpReply> handle(HttpRequest) override {
    ++started;
    while (!is_released) co_await release.wait();
    ++ended;
    co_return HttpReply{};
  }
  void let_go() {
    is_released = true;
    release.notify_all();
  }
  kernel::Signal release;
  bool is_released = false;
  int started = 0;
  int ended = 0;
};

inline kernel::Task<void> keep_result(kernel::HttpClient& client, HttpRequest request,
                                      kernel::Timestamp deadline, std::vector<HttpResult>& results) {
  results.push_back(co_await client.send(std::move(request), deadline));
}

inline std::string outcome(const HttpResult& result) {
  return result ? std::to_string(result->status) : std::string(kernel::to_text(result.error()));
}

/// A loop with a server on it, named "api" for the client.
class Rig {
 public:
  explicit Rig(kernel::HttpHandler& handler, live::ServerConfig server_config = {},
               live::HttpClientConfig client_config = {})
      : Rig([&handler](live::Loop&) -> kernel::HttpHandler& { return handler; }, std::move(server_config),
            std::move(client_config)) {}
  explicit Rig(const std::function<kernel::HttpHandler&(live::Loop&)>& handler,
               live::ServerConfig server_config = {}, live::HttpClientConfig client_config = {}) {
    auto started = live::HttpServer::start(loop, handler(loop), std::move(server_config));
    if (!started) throw std::runtime_error(started.error().text());
    server = std::move(*started);
    client_config.hosts.emplace_back("api", server->base_url());
    auto made = live::HttpClientPool::create(loop, std::move(client_config));
    if (!made) throw std::runtime_error(made.error().text());
    client = std::move(*made);
  }

  void begin(HttpRequest request, kernel::Duration timeout = 60s) {
    scope.spawn(keep_result(*client, std::move(request), loop.now() + timeout, results));
  }
  void run_until_results(std::size_t count) {
    loop.run_until([this, count] { return results.size() >= count; });
  }
  HttpResult call(HttpRequest request, kernel::Duration timeout = 60s) {
    results.clear();
    begin(std::move(request), timeout);
    run_until_results(1);
    return results.front();
  }

  live::Loop loop;
  std::unique_ptr<live::HttpServer> server;
  std::unique_ptr<live::HttpClientPool> client;
  std::vector<HttpResult> results;
  kernel::TaskScope scope;
};

inline HttpRequest request(std::string method = "GET", std::string target = "/", std::string body = "",
                           kernel::Headers headers = {}) {
  return {.method = std::move(method),
          .host = "api",
          .target = std::move(target),
          .headers = std::move(headers),
          .body = std::move(body)};
}

}  // namespace live_tests
