#pragma once
// A service with one flow, written as YAML-like C++, and APIs with scripts.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/ids.h"
#include "middleware/service/service.h"
#include "middleware/store/memory_store.h"
#include "tests/support/recorded_hops.h"
#include "tests/support/routed_api.h"
#include "tests/support/run_task.h"

namespace service {

inline constexpr const char* kEvent = "2ed6657d-e927-568b-95e1-2665a8aea6a2";

inline kernel::TextTemplate text(std::string_view pattern) {
  return kernel::TextTemplate::compile(pattern, kernel::Language::Expressions).value();
}
inline kernel::JsonTemplate json(std::string_view pattern) {
  return kernel::JsonTemplate::compile(kernel::parse_json(pattern).value(), kernel::Language::Expressions)
      .value();
}
inline kernel::Expression expression(std::string_view pattern) {
  return kernel::Expression::compile(pattern).value();
}
inline std::shared_ptr<const StepConfig> undo(std::string api, std::string_view path, std::string_view body) {
  StepConfig step{.name = "undo", .api = std::move(api), .path = text(path)};
  step.body = json(body);
  return std::make_shared<const StepConfig>(std::move(step));
}

class FlowTest : public testing::Test {
 protected:
  using Texts = std::vector<std::string>;

  static StepConfig step(std::string name, std::string api, std::string_view path,
                         std::string_view body = "") {
    StepConfig step{.name = std::move(name), .api = std::move(api), .path = text(path)};
    if (!body.empty()) step.body = json(body);
    return step;
  }
  Service make(std::vector<StepConfig> steps, StepHandlers handlers = builtin_handlers()) {
    return make_in(around, std::move(steps), std::move(handlers));
  }
  Service make_in(const Surroundings& surroundings, std::vector<StepConfig> steps,
                  StepHandlers handlers = builtin_handlers()) {
    flow.event = "Order_Placed__e";
    flow.steps = std::move(steps);
    ServiceConfig config;
    for (const char* name : {"erp", "payments", "shipping"}) {
      config.apis.push_back({.name = name,
                             .retry = {.attempts_max = 2, .jitter = core::Jitter::None},
                             .breaker = std::nullopt});
    }
    config.flows.push_back(flow);
    return Service(std::move(config), surroundings, store, std::move(handlers));
  }
  /// Status and detail of the problem, or the body.
  std::string post(Service& service, std::string body, std::string id = kEvent) {
    kernel::HttpRequest request{.method = "POST",
                                .host = "middleware",
                                .target = "/events",
                                .headers = {{"ce-id", std::move(id)}, {"ce-type", "Order_Placed__e"}},
                                .body = std::move(body)};
    const kernel::HttpResponse response =
        support::run(scheduler, service.handle(std::move(request))).response;
    const auto json = kernel::parse_json(response.body);
    if (!json || !json->contains("detail")) return std::to_string(response.status) + " " + response.body;
    const std::string type = (*json)["type"].get<std::string>();
    return std::to_string(response.status) + " " + type.substr(type.rfind(':') + 1) + ": " +
           (*json)["detail"].get<std::string>();
  }
  /// What the journal holds, as "book Done {...}". Claims the event: asks once.
  Texts journal() {
    const store::Claim claim = support::run(scheduler, store.claim(kEvent, scheduler.now(), scheduler.now()));
    Texts texts;
    for (const store::StepRecord& record : claim.steps) {
      const char* states[] = {"Intended", "Done", "Undone"};
      texts.push_back(record.step + " " + states[static_cast<int>(record.state)] +
                      (record.body.empty() ? "" : " " + record.body));
    }
    return texts;
  }

  emulator::sim::VirtualScheduler scheduler{support::kWallStart};
  support::RoutedApi api{scheduler};
  support::RecordedHops hops{scheduler};
  store::MemoryStore store;
  Surroundings around{.scheduler = scheduler, .client = api, .hops = hops, .instance = "instance 1"};
  FlowConfig flow;
};

}  // namespace service
