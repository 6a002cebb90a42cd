#pragma once
// Batches that an event source mapping hands to the function: several events in SQS records, and the answer
// that says which of them failed.
//
// Source: facts/aws-delivery 4 (records, batchItemFailures), 2.2 (the envelope of SNS).
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "middleware/ingest/settings.h"

namespace ingest {

struct BatchRecord {
  std::string message_id;
  std::string event;    ///< as the bus delivers it, taken out of an SNS notification if it came in one
  std::string group{};  ///< MessageGroupId, of a FIFO queue
};

struct Batch {
  std::vector<BatchRecord> records;
  bool is_fifo = false;  ///< in order, and none after one that failed
};

/// Whether the payload is a batch of SQS records: {"Records":[{"eventSource":"aws:sqs", ...}, ...]}.
bool is_sqs_batch(std::string_view payload);

/// Of a payload that is_sqs_batch accepts; an error if a record has no id or no body.
std::expected<Batch, FunctionError> read_batch(std::string_view payload);

/// {"batchItemFailures":[{"itemIdentifier":"..."}]}
std::string batch_failures_text(const std::vector<std::string>& message_ids);

/// How many of the first of these items, of so many bytes, go into one request: at least one.
std::size_t request_length(std::span<const std::size_t> bytes, const BatchRules& rules);

}  // namespace ingest
