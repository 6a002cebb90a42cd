#pragma once
// How much one instance takes on before it says no (facts/resilience 12.15: short queues, then refusal), and
// how long it waits for slow clients. Values only; program/ hands them to the server.
#include <cstdint>

#include "middleware/kernel/time.h"

namespace service {

struct ServerLimits {
  std::int64_t body_bytes_max = 8LL << 20;     ///< more: 413
  std::int64_t header_bytes_max = 64LL << 10;  ///< request line and fields; more: 431
  std::int64_t headers_max = 100;              ///< fields; more: 431
  std::int64_t json_depth_max = 64;            ///< of a body; deeper: 422
  kernel::Duration header_time =
      std::chrono::seconds{10};  ///< from a request's first byte to the end of its head
  kernel::Duration body_time = std::chrono::seconds{30};  ///< from there to the end of its body; later: 408
  kernel::Duration idle_time = std::chrono::seconds{75};  ///< a connection at rest is kept
  std::int64_t connections_max = 16'384;                  ///< above it the one that rested longest is closed
  std::int64_t running_max = 256;                         ///< requests worked on at once
  std::int64_t waiting_max = 256;  ///< requests that wait for their turn; above it 503 at once
  kernel::Duration waiting_time = std::chrono::seconds{2};  ///< then 503
  kernel::Duration farewell = std::chrono::seconds{10};     ///< running requests get this long after TERM
};

}  // namespace service
