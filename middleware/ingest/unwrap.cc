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

}  // namespace ingest
