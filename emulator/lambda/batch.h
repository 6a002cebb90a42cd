#pragma once
// The messages that one invocation carries, and the JSON they travel in.
//
// Source: facts/aws-delivery 4.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/lambda/ports.h"
#include "emulator/queues/ports.h"

namespace emulator::lambda {

/// A received message as the function sees it.
std::string sqs_record(const queues::ReceivedMessage& message, std::string_view queue);

/// A message in the hand of a poller.
struct HeldMessage {
  std::string message_id;
  std::string receipt_handle;
  std::string event_uuid;
  kernel::HopId hop = 0;
  std::string record;          ///< its JSON
  kernel::Timestamp until{};   ///< others may receive it from here on
  std::string trace_header{};  ///< that it was sent with
};

class Batch {
 public:
  explicit Batch(std::int64_t messages_max) : messages_max_(messages_max) {}

  /// False when it would be too large for one invocation (6 MB): then the batch is closed.
  bool add(HeldMessage&& message);
  bool is_full() const { return is_closed_ || std::cmp_equal(messages_.size(), messages_max_); }
  std::int64_t room() const {
    return is_closed_ ? 0 : messages_max_ - static_cast<std::int64_t>(messages_.size());
  }
  bool is_empty() const { return messages_.empty(); }
  const std::vector<HeldMessage>& messages() const { return messages_; }

  /// When the first of them becomes visible to others.
  kernel::Timestamp until() const;
  std::vector<std::string> ids() const;
  /// With the trace of the message whose chain invoked the function most often.
  Invocation invocation(const std::string& function, const std::string& queue) const;

 private:
  std::int64_t messages_max_;
  std::vector<HeldMessage> messages_;
  std::size_t bytes_ = 0;
  bool is_closed_ = false;
};

}  // namespace emulator::lambda
