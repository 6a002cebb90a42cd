#pragma once
// What the tests of Lambda share: code from a script, and everything that it can send to.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "emulator/lambda/lambda.h"
#include "emulator/queues/queues.h"
#include "middleware/kernel/wait.h"
#include "tests/emulator/boxes/box_support.h"
#include "tests/support/received.h"

namespace emulator::lambda {

/// Takes its time and answers from a script; the last answer repeats.
class PlainCode final : public FunctionCode {
 public:
  explicit PlainCode(kernel::Scheduler& scheduler) : scheduler_(scheduler) {}
  kernel::Task<CodeResult> run(CodeInvocation invocation) override {
    const std::size_t nth = invocations.size();
    invocations.push_back(invocation);
    co_await kernel::sleep_until(scheduler_, scheduler_.now() + takes);
    if (script.empty()) co_return "{}";
    co_return script[std::min(nth, script.size() - 1)];
  }
  kernel::Duration takes = 1s;
  std::vector<CodeResult> script;
  std::vector<CodeInvocation> invocations;

 private:
  kernel::Scheduler& scheduler_;
};

/// Ends what it takes at once, as a topic without subscriptions does.
class PromptTopics final : public topics::TopicPublisher {
 public:
  explicit PromptTopics(kernel::Journal& journal) : journal_(journal) {}
  topics::Answer<topics::PublishResult> publish(topics::PublishRequest request) override {
    if (request.topic_arn.ends_with(":gone"))
      return std::unexpected(topics::ApiError{"NotFound", 404, "Topic does not exist"});
    journal_.ended(request.cause.event_uuid, kernel::End::Delivered, "topic");
    published.push_back(std::move(request));
    return topics::PublishResult{.message_id = "m"};
  }
  topics::Answer<topics::BatchResult> publish_batch(topics::BatchRequest) override {
    return topics::BatchResult{};
  }
  std::vector<topics::PublishRequest> published;

 private:
  kernel::Journal& journal_;
};

class KeepingBus final : public bus::EventSink {
 public:
  bus::ApiResult<std::vector<bus::EntryResult>> put_events(bus::PutEventsRequest request) override {
    if (refuses_call) return std::unexpected(bus::ApiError{"ThrottlingException", "Rate exceeded"});
    const bool is_refused = request.entries.at(0).event_bus == "gone";
    requests.push_back(std::move(request));
    if (is_refused)
      return std::vector<bus::EntryResult>{{.error_code = "InternalFailure", .error_message = "no"}};
    return std::vector<bus::EntryResult>{{.event_id = "e"}};
  }
  std::vector<bus::PutEventsRequest> requests;
  bool refuses_call = false;
};

struct LambdaWorld : Bench {
  explicit LambdaWorld(AccountConfig account = {}) : lambda(7, scheduler, journal, queues, account) {
    lambda.reach(topics, bus);
  }
  queues::Queues queues{{{.name = "dlq"}, {.name = "records"}, {.name = "small", .message_bytes_max = 10}},
                        7,
                        scheduler,
                        journal};
  PromptTopics topics{journal};
  KeepingBus bus;
  PlainCode code{scheduler};
  Lambda lambda;

  /// Without a cold start unless it says so.
  void add(FunctionConfig config) {
    if (config.name.empty()) config.name = "ingest";
    lambda.add(std::move(config), code);
  }
  AcceptResult invoke(std::string_view event = kEvent, std::string payload = R"({"n":1})",
                      std::string_view function = "ingest") {
    if (std::ranges::find(journal.events, event, &RecordingJournal::Event::uuid) == journal.events.end())
      journal.begin(event);
    return lambda.invoke_async(function,
                               {.event_uuid = std::string(event), .payload = text(std::move(payload))});
  }
  InvokeResult request(std::string function = "ingest") {
    return support::run(scheduler, lambda.invoke({.function = std::move(function), .payload = text("{}")}));
  }
  /// The only message of the queue; "" when there is not exactly one.
  std::string body_in(const std::string& queue) {
    const auto messages = support::received(scheduler, queues, queue);
    return messages.size() == 1 ? messages[0].body : "";
  }
  std::string request_id() const { return code.invocations.at(0).request_id; }
};

inline std::unexpected<CodeError> broken() { return std::unexpected(CodeError{"Error", "no stock"}); }

}  // namespace emulator::lambda
