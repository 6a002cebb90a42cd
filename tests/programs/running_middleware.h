#pragma once
// relayrig-middleware as a child process, between three external APIs and a client.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/hop.h"
#include "tests/programs/program.h"

namespace program_tests {

/// Three external APIs on a loop; each answers with an id made of its name.
class Apis {
 public:
  explicit Apis(const live::ServerConfig& config = {}) {
    for (ScriptedHandler* api : {&erp, &payments, &shipping}) servers_.push_back(serve(loop, *api, config));
  }

  std::string yaml() const {
    return orders_yaml(servers_[0]->base_url(), servers_[1]->base_url() + "/v1", servers_[2]->base_url());
  }

  live::Loop loop;
  std::string order;  ///< the first letters of the APIs as they were called
  ScriptedHandler erp{[this](const HttpRequest&) { return answer("E", 200); }};
  ScriptedHandler payments{[this](const HttpRequest&) { return answer("P", payments_status); }};
  ScriptedHandler shipping{[this](const HttpRequest&) { return answer("S", 200); }};
  int payments_status = 201;

 private:
  HttpReply answer(const std::string& name, int status) {
    order += name;
    return {{status, {}, R"({"id":")" + name + R"(-1"})"}};
  }
  std::vector<std::unique_ptr<live::HttpServer>> servers_;
};

/// The running middleware and a client for it on the loop of the APIs.
class Middleware {
 public:
  Middleware(live::Loop& loop, std::vector<std::string> arguments,
             const std::vector<std::pair<std::string, std::string>>& variables = {},
             const std::string& ca_pem = {})
      : program("relayrig-middleware", arguments, variables), loop_(loop) {
    const kernel::Json ready = program.log_line("listening");
    if (ready.is_null()) throw std::runtime_error(program.rest_of_stderr());
    port = ready.at("fields").at("port").get<int>();
    const std::string scheme = ca_pem.empty() ? "http" : "https";
    auto made = live::HttpClientPool::create(
        loop, {.hosts = {{"api", scheme + "://127.0.0.1:" + std::to_string(port)}}, .ca_pem = ca_pem});
    if (!made) throw std::runtime_error(made.error().text());
    client_ = std::move(*made);
  }

  void begin(HttpRequest request) {
    scope_.spawn(live_tests::keep_result(*client_, std::move(request), loop_.now() + 60s, results));
  }
  HttpResult call(HttpRequest request) {
    results.clear();
    begin(std::move(request));
    if (!run_until(loop_, [this] { return !results.empty(); })) throw std::runtime_error("no answer");
    const HttpResult& answer = results.front();
    if (answer && answer->status >= 400) support::keep_output("answer", answer->body);
    return answer;
  }

  Program program;
  int port = 0;
  std::vector<HttpResult> results;

 private:
  live::Loop& loop_;
  std::unique_ptr<live::HttpClientPool> client_;
  kernel::TaskScope scope_;
};

inline HttpRequest event_request(const std::string& type = "Order_Placed__e") {
  return live_tests::request("POST", "/events", kPayload,
                             {{"Content-Type", "application/json"},
                              {"ce-id", kEvent},
                              {"ce-type", type},
                              {"traceparent", kernel::traceparent(kEvent, 0xabc)}});
}

}  // namespace program_tests
