#pragma once
// What SQS refuses, as its users see it: the name of the JSON protocol, the code of the query protocol, the
// status and the text that clients and tests compare.
//
// Source: facts/aws-delivery 3. ASSUMPTION: texts that are not quoted there are worded as the service is
// known to word them; so are the codes of InvalidAttributeName, InvalidAttributeValue and MissingParameter.
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace emulator::queues {

/// An empty `code` is no error.
struct Error {
  std::string code{};        ///< JSON: "QueueDoesNotExist"
  std::string query_code{};  ///< query, and x-amzn-query-error: "AWS.SimpleQueueService.NonExistentQueue"
  int status = 400;
  std::string message{};

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T = void>
using Answer = std::expected<T, Error>;

namespace errors {

Error queue_does_not_exist();
/// `attribute` is the first that differs.
Error queue_name_exists(std::string_view attribute);
Error queue_deleted_recently();
Error purge_in_progress(std::string_view queue);
Error over_limit();
Error message_not_inflight();
Error receipt_handle_is_invalid(std::string_view handle);
Error receipt_handle_has_expired(std::string_view handle);
Error invalid_message_contents();
Error invalid_attribute_name(std::string_view attribute);
Error invalid_attribute_value(std::string_view attribute);
Error missing_parameter(std::string_view parameter);
/// What is asked for and not emulated, named.
Error unsupported(std::string_view what);
Error resource_not_found(std::string_view message);

/// InvalidParameterValue with a text of its own.
Error invalid_parameter(std::string message);
/// "Value 21 for parameter WaitTimeSeconds is invalid. Reason: ..."
Error invalid_value(std::string_view value, std::string_view parameter, std::string_view reason);
Error invalid_value(std::int64_t value, std::string_view parameter, std::string_view reason);

/// `entry` names the entries of the call: "SendMessageBatchRequestEntry".
Error empty_batch(std::string_view entry);
Error too_many_entries(std::size_t count);
Error ids_not_distinct(std::string_view id);
Error batch_too_long(std::int64_t bytes);
Error invalid_batch_entry_id();

}  // namespace errors
}  // namespace emulator::queues
