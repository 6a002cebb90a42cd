#pragma once
// What goes into a queue and what comes out of it: the values of SendMessage and ReceiveMessage.
//
// Source: facts/aws-delivery 3.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/queues/errors.h"
#include "middleware/kernel/hop.h"

namespace emulator::queues {

/// Binary values are here as bytes, not as base64.
struct MessageAttribute {
  std::string name;
  std::string value;
  std::string type = "String";  ///< String, Number, Binary, or one of these with a label: "Number.float"

  friend bool operator==(const MessageAttribute&, const MessageAttribute&) = default;
};
using MessageAttributes = std::vector<MessageAttribute>;

struct SendRequest {
  std::string body;
  MessageAttributes attributes{};
  std::string event_uuid{};  ///< for the record only
  kernel::HopId cause = 0;
  std::string_view from{};                      ///< the sending box
  std::optional<std::chrono::seconds> delay{};  ///< 0..900; the queue's own when absent; not for FIFO
  std::string group_id{};                       ///< FIFO: needed. Standard: passed on
  std::string deduplication_id{};               ///< FIFO only
  std::string trace_header{};                   ///< the system attribute AWSTraceHeader
};

/// What was stored, or why it was refused.
struct SendResult {
  std::string message_id{};
  Error error{};
  /// The queue has a consumer and owns the event from here on: the sender must not end it.
  bool carries_on = false;
  std::string md5_of_body{};
  std::string md5_of_attributes{};         ///< empty when there are none
  std::string md5_of_system_attributes{};  ///< of the trace header; empty without one
  std::string sequence_number{};           ///< FIFO

  bool accepted() const { return error.code.empty(); }
};

struct ReceiveRequest {
  std::string queue;
  std::int64_t count = 1;                            ///< 1..10
  std::optional<std::chrono::seconds> wait{};        ///< 0..20; the queue's own when absent
  std::optional<std::chrono::seconds> visibility{};  ///< 0..43200; the queue's own when absent
  /// Message attributes that are wanted: names, "prefix.*", "All" or ".*".
  std::vector<std::string> attributes{};
  /// System attributes that are wanted: names, or "All".
  std::vector<std::string> system_attributes{};
  std::string consumer = "consumer";  ///< who receives, for the record
};

struct ReceivedMessage {
  std::string message_id;
  std::string receipt_handle;
  std::string body;
  std::string md5_of_body;
  MessageAttributes attributes{};   ///< those that were wanted
  std::string md5_of_attributes{};  ///< of just these; empty when there are none
  std::vector<std::pair<std::string, std::string>> system_attributes{};
  std::string event_uuid{};  ///< for the record only
  kernel::HopId hop = 0;     ///< the receive: parent of what the consumer does. Open until the message is
                             ///< deleted or comes back
};
/// Empty when nothing came in time.
using ReceiveResult = Answer<std::vector<ReceivedMessage>>;

struct SendEntry {
  std::string id;
  SendRequest request;
};
struct DeleteEntry {
  std::string id;
  std::string receipt_handle;
};
struct VisibilityEntry {
  std::string id;
  std::string receipt_handle;
  std::chrono::seconds visibility{};
};
/// One of a batch, in the order of the request. All of the errors are the sender's.
struct BatchEntryResult {
  std::string id;
  Error error{};      ///< of this entry alone
  SendResult sent{};  ///< SendMessageBatch only

  bool succeeded() const { return error.code.empty(); }
};
using BatchResult = Answer<std::vector<BatchEntryResult>>;

}  // namespace emulator::queues
