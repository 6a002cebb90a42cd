#include "emulator/queues/errors.h"

#include "emulator/queues/limits.h"

namespace emulator::queues::errors {
namespace {

/// An error whose query code has the service's prefix.
Error prefixed(const char* code, std::string message, int status = 400) {
  return {code, std::string("AWS.SimpleQueueService.") + code, status, std::move(message)};
}

/// An error of one name in both protocols.
Error plain(const char* code, std::string message, int status = 400) {
  return {code, code, status, std::move(message)};
}

}  // namespace

Error queue_does_not_exist() {
  return {"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", 400,
          "The specified queue does not exist."};
}

Error queue_name_exists(std::string_view attribute) {
  return {"QueueNameExists", "QueueAlreadyExists", 400,
          "A queue already exists with the same name and a different value for attribute " +
              std::string(attribute)};
}

Error queue_deleted_recently() {
  return prefixed(
      "QueueDeletedRecently",
      "You must wait 60 seconds after deleting a queue before you can create another with the same name.");
}

Error purge_in_progress(std::string_view queue) {
  return prefixed("PurgeQueueInProgress",
                  "Only one PurgeQueue operation on " + std::string(queue) + " is allowed every 60 seconds.",
                  403);
}

Error over_limit() { return plain("OverLimit", "Too many messages are in flight.", 403); }

Error message_not_inflight() {
  return prefixed("MessageNotInflight", "The specified message is not in flight.");
}

Error receipt_handle_is_invalid(std::string_view handle) {
  return plain("ReceiptHandleIsInvalid",
               "The input receipt handle \"" + std::string(handle) + "\" is not a valid receipt handle.",
               404);
}

Error receipt_handle_has_expired(std::string_view handle) {
  return invalid_value(handle, "ReceiptHandle", "The receipt handle has expired.");
}

Error invalid_message_contents() {
  return plain("InvalidMessageContents",
               "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | "
               "#xE000 to #xFFFD | #x10000 to #x10FFFF");
}

Error invalid_attribute_name(std::string_view attribute) {
  return plain("InvalidAttributeName", "Unknown Attribute " + std::string(attribute) + ".");
}

Error invalid_attribute_value(std::string_view attribute) {
  return plain("InvalidAttributeValue", "Invalid value for the parameter " + std::string(attribute) + ".");
}

Error missing_parameter(std::string_view parameter) {
  return {"MissingRequiredParameterException", "MissingParameter", 400,
          "The request must contain the parameter " + std::string(parameter) + "."};
}

Error unsupported(std::string_view what) {
  return prefixed("UnsupportedOperation", std::string(what) + " is not emulated.");
}

Error resource_not_found(std::string_view message) {
  return plain("ResourceNotFoundException", std::string(message), 404);
}

Error invalid_parameter(std::string message) {
  return {"InvalidParameterValueException", "InvalidParameterValue", 400, std::move(message)};
}

Error invalid_value(std::string_view value, std::string_view parameter, std::string_view reason) {
  return invalid_parameter("Value " + std::string(value) + " for parameter " + std::string(parameter) +
                           " is invalid. Reason: " + std::string(reason));
}

Error invalid_value(std::int64_t value, std::string_view parameter, std::string_view reason) {
  return invalid_value(std::to_string(value), parameter, reason);
}

Error empty_batch(std::string_view entry) {
  return prefixed("EmptyBatchRequest",
                  "There should be at least one " + std::string(entry) + " in the request.");
}

Error too_many_entries(std::size_t count) {
  return prefixed("TooManyEntriesInBatchRequest", "Maximum number of entries per request are " +
                                                      std::to_string(kBatchEntriesMax) + ". You have sent " +
                                                      std::to_string(count) + ".");
}

Error ids_not_distinct(std::string_view id) {
  return prefixed("BatchEntryIdsNotDistinct", "Id " + std::string(id) + " repeated.");
}

Error batch_too_long(std::int64_t bytes) {
  return prefixed("BatchRequestTooLong", "Batch requests cannot be longer than " +
                                             std::to_string(kBatchBytesMax) + " bytes. You have sent " +
                                             std::to_string(bytes) + " bytes.");
}

Error invalid_batch_entry_id() {
  return prefixed("InvalidBatchEntryId",
                  "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It "
                  "can be at most 80 letters long.");
}

}  // namespace emulator::queues::errors
