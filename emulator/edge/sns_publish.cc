#include <nlohmann/json.hpp>

#include "emulator/edge/members.h"
#include "emulator/edge/message_attributes.h"
#include "emulator/edge/sns.h"

namespace emulator::edge {

extern const MemberErrors kSnsErrors;

namespace {

using kernel::Json;

/// Publish and an entry of PublishBatch have these in common.
topics::Message message_in(Members& in, const AwsCall& call) {
  topics::Message message{.message = in.required_text("Message"),
                          .subject = in.text("Subject"),
                          .structure = in.text_or_empty("MessageStructure"),
                          .group_id = in.text_or_empty("MessageGroupId"),
                          .deduplication_id = in.text_or_empty("MessageDeduplicationId"),
                          .trace_header = std::string(call.request.headers.get("X-Amzn-Trace-Id"))};
  for (ClientAttribute& attribute : message_attributes(in, "MessageAttributes"))
    message.attributes.push_back(
        {std::move(attribute.name), std::move(attribute.type), std::move(attribute.value)});
  return message;
}

Json result_json(const topics::PublishResult& result) {
  Json json = {{"MessageId", result.message_id}};
  if (!result.sequence_number.empty()) json["SequenceNumber"] = result.sequence_number;
  return json;
}

constexpr std::string_view kKind = "sns Publish";

std::string refusal(const std::string& topic, const topics::ApiError& error) {
  return "topic " + topic.substr(topic.rfind(':') + 1) + ": " + error.code;
}

}  // namespace

AwsResult Sns::publish(const AwsCall& call) {
  Members in(call, kSnsErrors);
  auto topic = in.text("TopicArn");
  auto target = in.text("TargetArn");  // the same for a topic; of an application's endpoint it is unknown
  if (!topic && !target && !in.has("PhoneNumber")) in.fail(kSnsErrors.missing("TopicArn"));
  topics::PublishRequest request{.topic_arn = topic ? *topic : target.value_or(std::string{}),
                                 .message = message_in(in, call)};
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const std::string arn = request.topic_arn;
  const std::string event = events_.begin(arn, kKind, request.message.message, request.message.group_id);
  request.cause = {.event_uuid = event, .hop = call.hop};
  const auto result = topics_.publish(std::move(request));
  if (result) return reply_with(result_json(*result));
  const topics::ApiError& error = result.error();
  events_.refused(event, refusal(arn, error));
  return std::unexpected(AwsError{.code = error.code, .message = error.message, .status = error.status});
}

AwsResult Sns::publish_batch(const AwsCall& call) {
  Members in(call, kSnsErrors);
  topics::BatchRequest request{.topic_arn = in.required_text("TopicArn"), .entries = {}};
  if (const Json* entries = in.array("PublishBatchRequestEntries")) {
    for (std::size_t i = 0; i < entries->size(); ++i) {
      Members entry(in, (*entries)[i], "PublishBatchRequestEntries." + std::to_string(i + 1));
      request.entries.push_back({.id = entry.required_text("Id"), .message = message_in(entry, call)});
    }
  }
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const std::string arn = request.topic_arn;
  std::vector<std::pair<std::string, std::string>> begun;  // entry, event
  for (topics::BatchEntry& entry : request.entries) {
    entry.cause = {.event_uuid = events_.begin(arn, kKind, entry.message.message, entry.message.group_id),
                   .hop = call.hop};
    begun.emplace_back(entry.id, entry.cause.event_uuid);
  }
  const auto result = topics_.publish_batch(std::move(request));
  if (!result) {
    const topics::ApiError& error = result.error();
    for (const auto& [id, event] : begun) events_.refused(event, refusal(arn, error));
    return std::unexpected(AwsError{.code = error.code, .message = error.message, .status = error.status});
  }
  Json successful = Json::array();
  for (const auto& [id, published] : result->successful) {
    Json entry = {{"Id", id}};
    entry.update(result_json(published));
    successful.push_back(std::move(entry));
  }
  Json failed = Json::array();
  for (const topics::BatchFailure& failure : result->failed) {
    failed.push_back({{"Id", failure.id},
                      {"Code", failure.error.code},
                      {"Message", failure.error.message},
                      {"SenderFault", failure.error.status < 500}});
    for (const auto& [id, event] : begun) {
      if (id == failure.id) events_.refused(event, refusal(arn, failure.error));
    }
  }
  return reply_with({{"Successful", successful}, {"Failed", failed}});
}

}  // namespace emulator::edge
