#include <nlohmann/json.hpp>

#include "emulator/edge/message_attributes.h"
#include "emulator/edge/sqs.h"

namespace emulator::edge {
namespace {

using kernel::Json;
using std::chrono::seconds;

constexpr std::string_view kKind = "sqs SendMessage";

std::optional<seconds> seconds_in(Members& in, std::string_view name) {
  const auto value = in.integer(name);
  return value ? std::optional(seconds{*value}) : std::nullopt;
}

/// SendMessage and an entry of its batch have these in common.
queues::SendRequest message_in(Members& in) {
  queues::SendRequest request{.body = in.required_text("MessageBody"),
                              .from = "client",
                              .delay = seconds_in(in, "DelaySeconds"),
                              .group_id = in.text_or_empty("MessageGroupId"),
                              .deduplication_id = in.text_or_empty("MessageDeduplicationId")};
  for (ClientAttribute& attribute : message_attributes(in, "MessageAttributes"))
    request.attributes.push_back(
        {std::move(attribute.name), std::move(attribute.value), std::move(attribute.type)});
  for (ClientAttribute& attribute : message_attributes(in, "MessageSystemAttributes")) {
    if (attribute.name == "AWSTraceHeader") {
      request.trace_header = std::move(attribute.value);
    } else {
      in.fail(error_of(queues::errors::invalid_value(attribute.name, "MessageSystemAttributes",
                                                     "Only AWSTraceHeader may be set.")));
    }
  }
  return request;
}

Json sent_json(const queues::SendResult& sent) {
  Json json = {{"MessageId", sent.message_id}, {"MD5OfMessageBody", sent.md5_of_body}};
  if (!sent.md5_of_attributes.empty()) json["MD5OfMessageAttributes"] = sent.md5_of_attributes;
  if (!sent.md5_of_system_attributes.empty())
    json["MD5OfMessageSystemAttributes"] = sent.md5_of_system_attributes;
  if (!sent.sequence_number.empty()) json["SequenceNumber"] = sent.sequence_number;
  return json;
}

Json received_json(const queues::ReceivedMessage& message) {
  Json json = {{"MessageId", message.message_id},
               {"ReceiptHandle", message.receipt_handle},
               {"MD5OfBody", message.md5_of_body},
               {"Body", message.body}};
  for (const auto& [name, value] : message.system_attributes) json["Attributes"][name] = value;
  if (!message.md5_of_attributes.empty()) json["MD5OfMessageAttributes"] = message.md5_of_attributes;
  for (const queues::MessageAttribute& attribute : message.attributes)
    json["MessageAttributes"][attribute.name] = attribute_json(attribute.type, attribute.value);
  return json;
}

/// Calls `read` for each entry; what is wrong with one is a problem of `in`.
template <class Read>
void each_entry(Members& in, Read read) {
  const Json* entries = in.array("Entries");
  if (entries == nullptr) return;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    Members entry(in, (*entries)[i], "Entries." + std::to_string(i + 1));
    read(entry);
  }
}

AwsResult batch_reply(const queues::BatchResult& result) {
  if (!result) return std::unexpected(error_of(result.error()));
  Json successful = Json::array();
  Json failed = Json::array();
  for (const queues::BatchEntryResult& entry : *result) {
    if (!entry.succeeded()) {
      // Clients of either protocol expect the older codes here.
      const std::string& code = entry.error.query_code.empty() ? entry.error.code : entry.error.query_code;
      failed.push_back(
          {{"Id", entry.id}, {"SenderFault", true}, {"Code", code}, {"Message", entry.error.message}});
      continue;
    }
    Json json = {{"Id", entry.id}};
    if (!entry.sent.message_id.empty()) json.update(sent_json(entry.sent));
    successful.push_back(std::move(json));
  }
  return reply_with({{"Successful", successful}, {"Failed", failed}});
}

}  // namespace

void Sqs::settle(const std::string& queue, const std::string& event, const queues::SendResult& sent) {
  const std::string where = "queue " + queue;
  if (!sent.accepted()) return events_.refused(event, where + ": " + sent.error.code);
  if (!sent.carries_on) events_.ended(event, kernel::End::Delivered, where);
}

AwsResult Sqs::send_message(const AwsCall& call) {
  Members in(call, kSqsErrors);
  const std::string queue = queue_named(in, call);
  queues::SendRequest request = message_in(in);
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  const std::string event = events_.begin(queue, kKind, request.body, request.group_id);
  request.event_uuid = event;
  request.cause = call.hop;
  const queues::SendResult sent = queues_.send(queue, std::move(request));
  settle(queue, event, sent);
  if (!sent.accepted()) return std::unexpected(error_of(sent.error));
  return reply_with(sent_json(sent));
}

AwsResult Sqs::send_message_batch(const AwsCall& call) {
  Members in(call, kSqsErrors);
  const std::string queue = queue_named(in, call);
  std::vector<queues::SendEntry> entries;
  each_entry(in, [&](Members& entry) {
    entries.push_back({.id = entry.required_text("Id"), .request = message_in(entry)});
  });
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  std::vector<std::string> events;
  for (queues::SendEntry& entry : entries) {
    events.push_back(events_.begin(queue, kKind, entry.request.body, entry.request.group_id));
    entry.request.event_uuid = events.back();
    entry.request.cause = call.hop;
  }
  const queues::BatchResult result = queues_.send_batch(queue, std::move(entries));
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!result) {
      events_.refused(events[i], "queue " + queue + ": " + result.error().code);
    } else if (const queues::BatchEntryResult& entry = (*result)[i]; entry.succeeded()) {
      settle(queue, events[i], entry.sent);
    } else {
      events_.refused(events[i], "queue " + queue + ": " + entry.error.code);
    }
  }
  return batch_reply(result);
}

kernel::Task<AwsResult> Sqs::receive_message(AwsCall call) {
  Members in(call, kSqsErrors);
  queues::ReceiveRequest request{.queue = queue_named(in, call),
                                 .count = in.integer("MaxNumberOfMessages").value_or(1),
                                 .wait = seconds_in(in, "WaitTimeSeconds"),
                                 .visibility = seconds_in(in, "VisibilityTimeout"),
                                 .attributes = in.texts("MessageAttributeNames"),
                                 .system_attributes = in.texts("MessageSystemAttributeNames"),
                                 .consumer = "client"};
  // Two names for the same list: what either wants is given.
  for (std::string& name : in.texts("AttributeNames")) request.system_attributes.push_back(std::move(name));
  if (auto wrong = in.problem()) co_return std::unexpected(std::move(*wrong));
  const queues::ReceiveResult received = co_await queues_.receive(std::move(request));
  if (!received) co_return std::unexpected(error_of(received.error()));
  if (received->empty()) co_return reply_with(Json::object());
  Json messages = Json::array();
  for (const queues::ReceivedMessage& message : *received) messages.push_back(received_json(message));
  co_return reply_with({{"Messages", messages}});
}

AwsResult Sqs::delete_message(const AwsCall& call) {
  Members in(call, kSqsErrors);
  const std::string queue = queue_named(in, call);
  const std::string handle = in.required_text("ReceiptHandle");
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  if (const auto removed = queues_.remove(queue, handle); !removed)
    return std::unexpected(error_of(removed.error()));
  return AwsReply{};
}

AwsResult Sqs::delete_message_batch(const AwsCall& call) {
  Members in(call, kSqsErrors);
  const std::string queue = queue_named(in, call);
  std::vector<queues::DeleteEntry> entries;
  each_entry(in, [&](Members& entry) {
    entries.push_back(
        {.id = entry.required_text("Id"), .receipt_handle = entry.required_text("ReceiptHandle")});
  });
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return batch_reply(queues_.remove_batch(queue, std::move(entries)));
}

AwsResult Sqs::change_message_visibility(const AwsCall& call) {
  Members in(call, kSqsErrors);
  const std::string queue = queue_named(in, call);
  const std::string handle = in.required_text("ReceiptHandle");
  const auto visibility = seconds_in(in, "VisibilityTimeout");
  if (!in.has("VisibilityTimeout")) in.fail(kSqsErrors.missing("VisibilityTimeout"));
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  if (const auto changed = queues_.change_visibility(queue, handle, *visibility); !changed)
    return std::unexpected(error_of(changed.error()));
  return AwsReply{};
}

AwsResult Sqs::change_message_visibility_batch(const AwsCall& call) {
  Members in(call, kSqsErrors);
  const std::string queue = queue_named(in, call);
  std::vector<queues::VisibilityEntry> entries;
  each_entry(in, [&](Members& entry) {
    // ASSUMPTION: without a timeout an entry makes its message visible at once.
    entries.push_back({.id = entry.required_text("Id"),
                       .receipt_handle = entry.required_text("ReceiptHandle"),
                       .visibility = seconds_in(entry, "VisibilityTimeout").value_or(seconds{0})});
  });
  if (auto wrong = in.problem()) return std::unexpected(std::move(*wrong));
  return batch_reply(queues_.change_visibility_batch(queue, std::move(entries)));
}

}  // namespace emulator::edge
