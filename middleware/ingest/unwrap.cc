#include "middleware/ingest/unwrap.h"

#include <nlohmann/json.hpp>

namespace ingest {
namespace {

std::unexpected<FunctionError> not_valid(std::string message) {
  return std::unexpected(FunctionError{"ValidationError", std::move(message)});
}

}  // namespace

std::expected<std::optional<std::string>, FunctionError> sns_message(const kernel::Json& payload) {
  const kernel::Json* source = kernel::json_at(payload, "/Records/0/EventSource");
  if (source == nullptr || *source != "aws:sns") return std::nullopt;
  if (const std::size_t count = payload.at("Records").size(); count != 1)
    return not_valid("SNS sends one record, here are " + std::to_string(count));
  const kernel::Json* message = kernel::json_at(payload, "/Records/0/Sns/Message");
  if (message == nullptr || !message->is_string()) return not_valid("the SNS record has no Message");
  return message->get<std::string>();
}

std::optional<FunctionError> refuse_records(const kernel::Json& payload) {
  const kernel::Json* records = kernel::json_at(payload, "/Records");
  if (records == nullptr || !records->is_array()) return std::nullopt;
  std::string source = kernel::json_text_at(payload, "/Records/0/EventSource");
  if (source.empty()) source = kernel::json_text_at(payload, "/Records/0/eventSource");
  if (source == "aws:sns") return std::nullopt;
  return FunctionError{"UnsupportedEvent",
                       (source.empty() ? "these Records" : "Records of " + source) +
                           " are not supported: this function takes an EventBridge event, a record of SNS "
                           "with one inside, or a batch of them from SQS"};
}

}  // namespace ingest
