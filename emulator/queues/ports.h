#pragma once
// What others may ask of SQS. The boxes that hand events over need QueueWriter, an event source mapping
// EventSource, the wire protocols QueueService.
//
// Queues are named by their name: reading it out of a QueueUrl or an ARN is the caller's. Every call but
// `receive` answers at once.
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/queues/values.h"
#include "middleware/kernel/task.h"
#include "middleware/kernel/time.h"

namespace emulator::queues {

class QueueWriter {
 public:
  virtual ~QueueWriter() = default;
  virtual SendResult send(std::string_view queue, SendRequest request) = 0;
};

class QueueReader {
 public:
  virtual ~QueueReader() = default;
  /// Answers as soon as there is a message, at the latest after `wait`. Destroying the task gives up waiting.
  virtual kernel::Task<ReceiveResult> receive(ReceiveRequest request) = 0;
  /// DeleteMessage. Ends the event that the message carries.
  virtual Answer<> remove(std::string_view queue, std::string_view receipt_handle) = 0;
  /// Counts from now.
  virtual Answer<> change_visibility(std::string_view queue, std::string_view receipt_handle,
                                     std::chrono::seconds visibility) = 0;
};

/// What an event source mapping has to know of its queue.
struct SourceQueue {
  bool is_fifo = false;
  kernel::Duration visibility{};
};

class EventSource : public QueueReader {
 public:
  virtual Answer<SourceQueue> source(std::string_view queue) const = 0;
  /// From attach to detach the queue has a consumer, which is what decides whether it carries events on.
  /// Nothing happens for an unknown queue.
  virtual void attach(std::string_view queue) = 0;
  virtual void detach(std::string_view queue) = 0;
};

/// Names and values as texts, in SQS's own words: {"VisibilityTimeout", "30"}.
using AttributeMap = std::vector<std::pair<std::string, std::string>>;

class QueueAdmin {
 public:
  virtual ~QueueAdmin() = default;
  /// Without a change if the queue is there and the given attributes equal its own.
  virtual Answer<> create(std::string_view queue, const AttributeMap& attributes) = 0;
  virtual Answer<> remove_queue(std::string_view queue) = 0;
  /// Names that begin so, sorted.
  virtual std::vector<std::string> list(std::string_view prefix) const = 0;
  virtual bool exists(std::string_view queue) const = 0;
  /// `names` may hold "All".
  virtual Answer<AttributeMap> attributes(std::string_view queue, const std::vector<std::string>& names) = 0;
  /// All or nothing.
  virtual Answer<> set_attributes(std::string_view queue, const AttributeMap& attributes) = 0;
  virtual Answer<> purge(std::string_view queue) = 0;
  /// Queues whose dead letters go to this one, sorted.
  virtual Answer<std::vector<std::string>> dead_letter_sources(std::string_view queue) const = 0;
};

/// All of SQS, for the wire protocols. Who receives over it counts as a consumer of that queue from its first
/// receive on.
class QueueService : public QueueWriter, public EventSource, public QueueAdmin {
 public:
  virtual BatchResult send_batch(std::string_view queue, std::vector<SendEntry> entries) = 0;
  virtual BatchResult remove_batch(std::string_view queue, std::vector<DeleteEntry> entries) = 0;
  virtual BatchResult change_visibility_batch(std::string_view queue,
                                              std::vector<VisibilityEntry> entries) = 0;
};

/// "arn:aws:sqs:us-east-1:123456789012:orders"
std::string queue_arn(std::string_view queue);
/// The last part of an ARN; empty for what is no ARN of SQS.
std::string_view queue_of_arn(std::string_view arn);

}  // namespace emulator::queues
