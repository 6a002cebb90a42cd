#include "middleware/ingest/batch.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "middleware/kernel/json.h"

namespace ingest {
namespace {

using kernel::Json;

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// The message of an SNS notification, or the body itself (also with raw delivery).
std::string event_in(std::string body) {
  if (!body.contains(R"("Notification")")) return body;
  const auto envelope = kernel::parse_json(body);
  if (!envelope || !envelope->is_object() || text_of(*envelope, "Type") != "Notification") return body;
  std::string message = text_of(*envelope, "Message");
  return message.empty() ? body : message;
}

}  // namespace

bool is_sqs_batch(std::string_view payload) {
  if (!payload.contains(R"("Records")") || !kernel::is_json(payload)) return false;
  return kernel::json_slice(payload, "/Records/0/eventSource") == R"("aws:sqs")";
}

std::expected<Batch, FunctionError> read_batch(std::string_view payload) {
  const Json event = *kernel::parse_json(payload);
  Batch batch;
  for (const Json& record : event.at("Records")) {
    const bool is_right =
        record.is_object() && !text_of(record, "messageId").empty() && record.contains("body");
    if (!is_right) {
      return std::unexpected(FunctionError{
          "ValidationError",
          "record " + std::to_string(batch.records.size() + 1) + " has no messageId or no body"});
    }
    batch.is_fifo = batch.is_fifo || text_of(record, "eventSourceARN").ends_with(".fifo");
    batch.records.push_back({.message_id = text_of(record, "messageId"),
                             .event = event_in(text_of(record, "body")),
                             .group = kernel::json_text_at(record, "/attributes/MessageGroupId")});
  }
  return batch;
}

std::string batch_failures_text(const std::vector<std::string>& message_ids) {
  std::string text = R"({"batchItemFailures":[)";
  for (const std::string& id : message_ids) {
    if (!text.ends_with('[')) text += ',';
    text += R"({"itemIdentifier":)" + kernel::json_quoted(id) + '}';
  }
  return text + "]}";
}

std::size_t request_length(std::span<const std::size_t> bytes, const BatchRules& rules) {
  std::size_t total = 2;  // the brackets
  std::size_t length = 0;
  for (const std::size_t item : bytes.first(std::min(bytes.size(), rules.events_max))) {
    total += item + (length > 0 ? 1 : 0);
    if (length > 0 && total > rules.bytes_max) break;
    ++length;
  }
  return length;
}

}  // namespace ingest
