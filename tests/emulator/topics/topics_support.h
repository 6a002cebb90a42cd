#pragma once
// What the tests of topics share: a box with fakes around it.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "emulator/topics/test_key_signer.h"
#include "emulator/topics/topics.h"
#include "tests/emulator/boxes/box_support.h"
#include "tests/support/scripted_api.h"

namespace emulator::topics {

/// Answers from a script, the last answer repeating; keeps what it accepted.
class ScriptedFunctions final : public lambda::AsyncInvoker {
 public:
  lambda::AcceptResult invoke_async(std::string_view function, lambda::AsyncEvent event) override {
    const lambda::AcceptResult answer =
        script.empty() ? lambda::AcceptResult{} : script[std::min(asked++, script.size() - 1)];
    if (answer.status == 202) accepted.emplace_back(std::string(function), *event.payload);
    return answer;
  }
  std::vector<lambda::AcceptResult> script;
  std::size_t asked = 0;
  std::vector<std::pair<std::string, std::string>> accepted;  ///< function and payload
};

/// Queues by name that take everything, but for the names in `refusing`.
class ScriptedQueues final : public queues::QueueWriter {
 public:
  queues::SendResult send(std::string_view queue, queues::SendRequest request) override;
  std::vector<std::pair<std::string, std::string>> refusing;  ///< queue and error
  std::string consumed;                                       ///< queue that somebody reads
  struct Sent {
    std::string queue;
    std::string body;
    queues::SendRequest request;
  };
  std::vector<Sent> sent;
};

inline queues::SendResult ScriptedQueues::send(std::string_view queue, queues::SendRequest request) {
  for (const auto& [name, error] : refusing) {
    if (name == queue) return {.error = {.code = error, .message = error}};
  }
  sent.push_back({std::string(queue), request.body, std::move(request)});
  return {.message_id = "m" + std::to_string(sent.size()), .carries_on = queue == consumed};
}

inline std::string queue_arn(const std::string& name) { return "arn:aws:sqs:us-east-1:123456789012:" + name; }
inline std::string function_arn(const std::string& name) {
  return "arn:aws:lambda:us-east-1:123456789012:function:" + name;
}
inline std::string redrive(const std::string& queue) {
  return R"({"deadLetterTargetArn":")" + queue_arn(queue) + R"("})";
}

template <class T>
std::string error_text(const Answer<T>& answer) {
  return answer ? ""
                : answer.error().code + " " + std::to_string(answer.error().status) + " " +
                      answer.error().message;
}

struct TopicsBench : Bench {
  explicit TopicsBench(TopicsConfig config = {}) : topics(std::move(config), 7, ports(), signer) {}
  DeliveryPorts ports() { return {scheduler, journal, functions, queues, web}; }

  std::string create(const std::string& name, Attributes attributes = {}) {
    return *topics.create_topic(name, std::move(attributes));
  }
  std::string subscribe(const std::string& topic, const std::string& protocol, const std::string& endpoint,
                        Attributes attributes = {}) {
    return *topics.subscribe({.topic_arn = topics.topic_arn(topic),
                              .protocol = protocol,
                              .endpoint = endpoint,
                              .attributes = std::move(attributes),
                              .returns_arn = true});
  }
  std::string queue(const std::string& topic, const std::string& name, Attributes attributes = {}) {
    return subscribe(topic, "sqs", queue_arn(name), std::move(attributes));
  }
  std::string function(const std::string& topic, const std::string& name, Attributes attributes = {}) {
    return subscribe(topic, "lambda", function_arn(name), std::move(attributes));
  }
  /// A confirmed subscription: the endpoint took the request with the token.
  std::string website(const std::string& topic, const std::string& url, Attributes attributes = {}) {
    std::string arn = subscribe(topic, url.substr(0, url.find(':')), url, std::move(attributes));
    EXPECT_EQ(error_text(topics.confirm_subscription(topics.topic_arn(topic),
                                                     token_of(web.asked.back().request.body))),
              "");
    return arn;
  }
  static std::string token_of(const std::string& confirmation) {
    return kernel::json_text_at(*kernel::parse_json(confirmation), "/Token");
  }
  Answer<PublishResult> publish(const std::string& topic, Message message, std::string_view event = kEvent) {
    if (!event.empty() &&
        std::ranges::find(journal.events, event, &RecordingJournal::Event::uuid) == journal.events.end())
      journal.begin(event);
    return topics.publish({.topic_arn = topics.topic_arn(topic),
                           .message = std::move(message),
                           .cause = {.event_uuid = std::string(event), .hop = 0, .from = "bus"}});
  }
  Lines hops() const { return journal.timeline(kernel::Stage::Topic); }

  ScriptedFunctions functions;
  ScriptedQueues queues;
  support::ScriptedApi web{scheduler};
  TestKeySigner signer;
  Topics topics;
};

}  // namespace emulator::topics
