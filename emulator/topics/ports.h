#pragma once
// What publishers may ask of a topic: Publish and PublishBatch. What there is beyond that, to make topics and
// subscriptions, is topics_api.h.
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/kernel/hop.h"

namespace emulator::topics {

/// An error as SNS answers it. Below 500 the caller is at fault ("Sender"), else SNS ("Receiver").
struct ApiError {
  std::string code;  ///< "InvalidParameter", "NotFound", "ParameterValueInvalid", ...
  int status = 400;
  std::string message;
};
template <class T = void>
using Answer = std::expected<T, ApiError>;

struct MessageAttribute {
  std::string name;
  std::string data_type = "String";  ///< String, Number, Binary, String.Array, or one of them with ".custom"
  std::string value;                 ///< Binary: the bytes themselves, not base64
  friend bool operator==(const MessageAttribute&, const MessageAttribute&) = default;
};

/// What Publish sends. Empty texts stand for parameters that were not given.
struct Message {
  std::string message;
  std::optional<std::string> subject{};
  std::string structure{};  ///< "json": `message` is an object with a text for each protocol and a "default"
  std::vector<MessageAttribute> attributes{};
  std::string group_id{};
  std::string deduplication_id{};
  std::string trace_header{};  ///< the call's X-Amzn-Trace-Id; passed on to queues
};

/// For the record only: not part of the call.
struct RecordedCause {
  std::string event_uuid{};  ///< "": the message belongs to no event
  kernel::HopId hop = 0;
  std::string_view from = "client";
};

struct PublishRequest {
  std::string topic_arn;
  Message message;
  RecordedCause cause{};
};

struct PublishResult {
  std::string message_id;
  std::string sequence_number{};  ///< 20 digits, of FIFO topics only
};

struct BatchEntry {
  std::string id;
  Message message;
  RecordedCause cause{};
};

struct BatchRequest {
  std::string topic_arn;
  std::vector<BatchEntry> entries;
};

struct BatchFailure {
  std::string id;
  ApiError error;
};

/// Every entry is in one of the two, in the order of the request.
struct BatchResult {
  std::vector<std::pair<std::string, PublishResult>> successful{};
  std::vector<BatchFailure> failed{};
};

class TopicPublisher {
 public:
  virtual ~TopicPublisher() = default;
  /// Accepted means that the topic owns the event's branch from here: it ends it, or hands it on. Refused
  /// means that nothing was delivered and the branch is still the caller's.
  virtual Answer<PublishResult> publish(PublishRequest request) = 0;
  virtual Answer<BatchResult> publish_batch(BatchRequest request) = 0;
};

}  // namespace emulator::topics
