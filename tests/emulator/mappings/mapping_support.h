#pragma once
// What the tests of event source mappings share: real queues, a function with a script.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "emulator/lambda/event_source_mappings.h"
#include "middleware/kernel/json.h"
#include "middleware/kernel/wait.h"
#include "tests/emulator/queues/queues_support.h"

namespace emulator::lambda {

/// Takes its time, then answers from a script; the last answer repeats. It notes what it was given when.
class ScriptedFunction final : public FunctionInvoker {
 public:
  explicit ScriptedFunction(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}

  kernel::Task<InvokeResult> invoke(Invocation invocation) override {
    const std::size_t nth = asked++;
    std::string line = kernel::duration_text(scheduler_.now().time_since_epoch()) + " ";
    const kernel::Json event = *kernel::parse_json(*invocation.payload);
    for (const kernel::Json& record : event.at("Records")) line += record.at("body").get<std::string>();
    if (invocation.attempt > 1) line += " #" + std::to_string(invocation.attempt);
    invocations.push_back(std::move(line));
    last = std::move(invocation);
    most = std::max(most, ++running);
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + takes);
    --running;
    if (script.empty()) co_return InvokeResult{.payload = "null"};
    co_return script[std::min(nth, script.size() - 1)];
  }
  std::optional<kernel::Duration> timeout_of(std::string_view function) const override {
    if (function != "ingest") return std::nullopt;
    return timeout;
  }

  kernel::Duration takes = 1s;
  kernel::Duration timeout = 10s;
  std::vector<InvokeResult> script;
  Lines invocations;  ///< "5s ab": when, and the bodies of the batch
  Invocation last;
  std::size_t asked = 0;
  int running = 0;
  int most = 0;  ///< at once

 private:
  kernel::Scheduler& scheduler_;
};

inline InvokeResult throttled() {
  return {.status = 429, .error_code = "TooManyRequestsException", .message = "Rate Exceeded."};
}
inline InvokeResult failed() {
  return {.payload = R"({"errorType":"Error"})", .function_error = "Unhandled"};
}

struct MappingBench : queues::QueuesBench {
  explicit MappingBench(std::vector<queues::QueueConfig> configs = {{.name = "dlq"}, {.name = "q"}})
      : QueuesBench(std::move(configs)) {}

  MappingInfo map(MappingConfig config) {
    config.function = "ingest";
    if (config.queue.empty()) config.queue = "q";
    auto created = mappings.create(std::move(config));
    CHECK_THAT(created, created ? "" : created.error().message);
    return *created;
  }
  void send_all(std::string_view bodies, std::string_view queue = "q") {
    for (const char body : bodies) send(queue, std::string(1, body));
  }

  ScriptedFunction function{scheduler};
  EventSourceMappings mappings{7, {scheduler, journal, queues, function}};
};

}  // namespace emulator::lambda
