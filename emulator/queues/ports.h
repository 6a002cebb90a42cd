#pragma once
// What the boxes that give events up, or hand them over, may ask of a queue: SendMessage.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "middleware/kernel/hop.h"

namespace emulator::queues {

struct SendRequest {
  std::string body;
  std::vector<std::pair<std::string, std::string>> attributes{};  ///< of type String
  std::string event_uuid{};                                       ///< for the record only
  kernel::HopId cause = 0;
  std::string_view from{};  ///< the sending box
};

/// The message id, or why it was refused.
struct SendResult {
  std::string message_id{};
  std::string error_code{};
  bool accepted() const { return error_code.empty(); }
};

class QueueWriter {
 public:
  virtual ~QueueWriter() = default;
  virtual SendResult send(std::string_view queue, SendRequest request) = 0;
};

}  // namespace emulator::queues
