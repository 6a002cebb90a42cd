#pragma once
// SQS standard queues: what is needed to hold dead letters and to take them out again.
//
// Source: facts/aws-delivery 3.
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "emulator/queues/ports.h"
#include "middleware/kernel/journal.h"
#include "middleware/kernel/random.h"
#include "middleware/kernel/scheduler.h"

namespace emulator::queues {

struct QueueConfig {
  std::string name;
  kernel::Duration visibility = std::chrono::seconds{30};  ///< 0..12 h
  kernel::Duration retention = std::chrono::hours{96};     ///< 1 min..14 days
  std::int64_t message_bytes_max = 1'048'576;              ///< 1024..1048576; body and attributes together
};

struct Message {
  std::string id;
  std::string body;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string event_uuid;
  kernel::Timestamp sent_at;
  kernel::Timestamp visible_at;
  std::int64_t receive_count = 0;
  std::string receipt_handle;  ///< of the newest receive
};

class Queues final : public QueueWriter {
 public:
  Queues(std::vector<QueueConfig> queues, std::uint64_t seed, kernel::Scheduler& scheduler,
         kernel::Journal& journal);

  SendResult send(std::string_view queue, SendRequest request) override;

  /// Up to `count` (1..10) visible messages, invisible from now for the queue's visibility timeout. Empty for
  /// an unknown queue.
  std::vector<Message> receive(std::string_view queue, std::size_t count);

  /// Takes the message of its newest handle out. An older or expired handle is taken without an error, as on
  /// a real standard queue: the message of an older one stays. False for what is no handle.
  bool remove(std::string_view queue, std::string_view receipt_handle);

  /// Messages held, visible or not; nothing for an unknown queue.
  std::optional<std::size_t> depth(std::string_view queue);

  bool exists(std::string_view queue) const;

 private:
  struct Held {
    QueueConfig config;
    std::deque<Message> messages;  // in the order of sending
  };
  Held* find(std::string_view queue);
  void drop_expired(Held& held);

  std::vector<Held> queues_;
  kernel::Scheduler& scheduler_;
  kernel::Journal& journal_;
  kernel::Random ids_;
};

}  // namespace emulator::queues
