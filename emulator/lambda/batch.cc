#include "emulator/lambda/batch.h"

#include <algorithm>

#include "emulator/arn/arn.h"
#include "emulator/lambda/lineage.h"
#include "middleware/kernel/base64.h"
#include "middleware/kernel/check.h"
#include "middleware/kernel/json.h"

namespace emulator::lambda {
namespace {

constexpr std::string_view kBegin = R"({"Records":[)";
constexpr std::string_view kEnd = "]}";

void add_field(std::string& out, std::string_view name, std::string_view value) {
  if (!out.ends_with('{')) out += ',';
  kernel::append_json_quoted(out, name);
  out += ':';
  kernel::append_json_quoted(out, value);
}

void add_attribute(std::string& out, const queues::MessageAttribute& attribute) {
  if (!out.ends_with('{')) out += ',';
  kernel::append_json_quoted(out, attribute.name);
  const bool is_binary = attribute.type.starts_with("Binary");
  out += is_binary ? R"(:{"binaryValue":)" : R"(:{"stringValue":)";
  kernel::append_json_quoted(out, is_binary ? kernel::base64(attribute.value) : attribute.value);
  out += R"(,"stringListValues":[],"binaryListValues":[])";
  add_field(out, "dataType", attribute.type);
  out += '}';
}

}  // namespace

std::string sqs_record(const queues::ReceivedMessage& message, std::string_view queue) {
  std::string out = "{";
  out.reserve(message.body.size() * 5 / 4 + 800);
  add_field(out, "messageId", message.message_id);
  add_field(out, "receiptHandle", message.receipt_handle);
  add_field(out, "body", message.body);
  out += R"(,"attributes":{)";
  for (const auto& [name, value] : message.system_attributes) add_field(out, name, value);
  out += R"(},"messageAttributes":{)";
  for (const queues::MessageAttribute& attribute : message.attributes) add_attribute(out, attribute);
  out += R"(},"md5OfMessageAttributes":)";
  if (message.md5_of_attributes.empty()) {
    out += "null";
  } else {
    kernel::append_json_quoted(out, message.md5_of_attributes);
  }
  add_field(out, "md5OfBody", message.md5_of_body);
  add_field(out, "eventSource", "aws:sqs");
  add_field(out, "eventSourceARN", queues::queue_arn(queue));
  add_field(out, "awsRegion", kRegion);
  out += '}';
  return out;
}

bool Batch::add(HeldMessage&& message) {
  CHECK(!is_full());
  const std::size_t bytes = bytes_ + message.record.size() + 1;
  // One message alone always goes: what is too large then is for Lambda to refuse.
  if (!messages_.empty() && kBegin.size() + bytes + kEnd.size() > kPayloadMax) {
    is_closed_ = true;
    return false;
  }
  bytes_ = bytes;
  messages_.push_back(std::move(message));
  return true;
}

kernel::Timestamp Batch::until() const {
  CHECK(!is_empty());
  return std::ranges::min_element(messages_, {}, &HeldMessage::until)->until;
}

std::vector<std::string> Batch::ids() const {
  std::vector<std::string> ids;
  for (const HeldMessage& message : messages_) ids.push_back(message.message_id);
  return ids;
}

Invocation Batch::invocation(const std::string& function, const std::string& queue) const {
  std::string payload;
  payload.reserve(kBegin.size() + bytes_ + kEnd.size());
  payload += kBegin;
  Invocation invocation{.function = function, .payload = nullptr, .from = queue};
  std::int64_t rounds = -1;
  for (const HeldMessage& message : messages_) {
    if (!message.trace_header.empty() && invocations_in(message.trace_header, function) > rounds) {
      rounds = invocations_in(message.trace_header, function);
      invocation.trace_header = message.trace_header;
    }
    if (!invocation.events.empty()) payload += ',';
    payload += message.record;
    invocation.events.push_back({.event_uuid = message.event_uuid, .cause = message.hop});
  }
  payload += kEnd;
  invocation.payload = std::make_shared<const std::string>(std::move(payload));
  return invocation;
}

}  // namespace emulator::lambda
