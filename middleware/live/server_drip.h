#pragma once
// An answer that takes its time on the wire. Facts: mocks-and-faults 5 and 7 (slow head or body).
#include <chrono>
#include <string_view>

#include "middleware/kernel/pace.h"
#include "middleware/live/server_stream.h"

namespace live {

struct DripTerms {
  double speed = 1;                     ///< the times pass so much faster than the steady clock
  std::chrono::milliseconds at_most{};  ///< that the client may take for a part
  bool is_last = false;  ///< the last byte is held back until the connection's end goes with it
};

/// Sends head and body evenly over their times: the last byte of either leaves when its time is over. False
/// when the client went, which the byte after tells, or was too slow for a part. It needs the connection's
/// thread all the while.
bool drip(ServerStream& stream, std::string_view head, std::string_view body, const kernel::Pace& pace,
          const DripTerms& terms);

}  // namespace live
