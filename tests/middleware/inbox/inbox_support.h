#pragma once
// A middleware whose orders are charged and then booked, as a service that accepts events.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "middleware/service/service.h"
#include "middleware/store/memory_store.h"
#include "tests/support/recorded_hops.h"
#include "tests/support/run_task.h"

namespace inbox_tests {

using kernel::at;
using kernel::HttpReply;
using kernel::HttpRequest;
using kernel::HttpResponse;
using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

inline kernel::TextTemplate text(std::string_view pattern) {
  return kernel::TextTemplate::compile(pattern).value();
}
inline kernel::JsonTemplate body(std::string_view pattern) {
  return kernel::JsonTemplate::compile(kernel::parse_json(pattern).value()).value();
}

/// Steps call an API of their own name; the body names the order.
inline service::ServiceConfig flow_of(const Texts& steps) {
  service::ServiceConfig config{.answer = service::AnswerWhen::Accepted, .works_off_store = true};
  service::FlowConfig flow{.event = "Order"};
  for (const std::string& step : steps) {
    config.apis.push_back({.name = step, .retry = {.attempts_max = 1}, .breaker = std::nullopt});
    flow.steps.push_back(
        {.name = step, .api = step, .path = text("/"), .body = body(R"({"order":"${/Order__c}"})")});
  }
  flow.ordering = service::OrderingConfig{.key = text("${/Customer__c}")};
  config.flows.push_back(std::move(flow));
  return config;
}

/// Callbacks go to an API of their own name, which is told of the order; keyed as the flow is.
inline void add_callback(service::ServiceConfig& config, const std::string& name, service::EventEnd end) {
  config.apis.push_back({.name = name, .retry = {.attempts_max = 1}, .breaker = std::nullopt});
  config.flows[0].callbacks.push_back({.name = name,
                                       .on = {end},
                                       .api = name,
                                       .path = text("/"),
                                       .body = body(R"({"order":"${/Order__c}"})"),
                                       .key = text("${/Customer__c}")});
}

/// "A1" is the first order of customer A; its event has the id "A1".
inline HttpRequest order(const std::string& number) {
  return {.method = "POST",
          .host = "middleware",
          .target = "/events",
          .headers = {{"ce-id", number}, {"ce-type", "Order"}},
          .body = R"({"Order__c":")" + number + R"(","Customer__c":")" + number.substr(0, 1) + R"("})"};
}

/// External APIs that do a thing once for each idempotency key, at once, and answer after 30 ms.
class Vendor final : public kernel::HttpClient {
 public:
  explicit Vendor(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}

  kernel::Task<kernel::HttpResult> send(HttpRequest request, kernel::Timestamp /*deadline*/) override {
    const std::string order = kernel::json_text_at(*kernel::parse_json(request.body), "/order");
    const std::string what = request.host + " " + order;
    const std::string key(request.headers.get("Idempotency-Key"));
    keys_of[what].insert(key);
    asked.push_back(std::to_string(kernel::nanoseconds(scheduler_.now()) / 1'000'000) + " " + what);
    int status = 200;
    for (auto& [failing, answer, times] : failures) {
      if (failing != what || times == 0) continue;
      --times;
      status = answer;
    }
    if (status == 200 && std::ranges::find(keys_, key) == keys_.end()) {
      keys_.push_back(key);
      effects.push_back(what);
    }
    co_await kernel::sleep_for_duration(scheduler_, 30ms);
    co_return HttpResponse{.status = status, .body = "{}"};
  }

  struct Failure {
    std::string what;  ///< "charge A1"
    int status;
    int times;
  };
  std::vector<Failure> failures;
  Texts asked;                                           ///< "30 charge A1": when, what
  Texts effects;                                         ///< in the order in which they happened
  std::map<std::string, std::set<std::string>> keys_of;  ///< by what was asked

 private:
  kernel::Scheduler& scheduler_;
  Texts keys_;
};

}  // namespace inbox_tests
