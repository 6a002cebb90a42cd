#pragma once
// What a FIFO queue took in the last five minutes: sending it again is answered as before and stores nothing,
// also when the message has been deleted meanwhile. Source: facts/aws-delivery 3.
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "emulator/queues/config.h"
#include "emulator/queues/values.h"

namespace emulator::queues {

/// The deduplication id of a message: its own, or the SHA-256 of its body (64 hexadecimal digits).
std::string deduplication_id_of(const SendRequest& request);

class Deduplication {
 public:
  /// The answer to the first send, or null. The window counts from that first one.
  const SendResult* find(const std::string& key, kernel::Timestamp now);
  void remember(std::string key, SendResult first, kernel::Timestamp now);

  /// Within a group or the whole queue, as its scope says.
  static std::string key_of(const QueueConfig& queue, const std::string& group, const std::string& id);

 private:
  std::map<std::string, SendResult> taken_;
  std::deque<std::pair<kernel::Timestamp, std::string>> by_age_;
};

}  // namespace emulator::queues
