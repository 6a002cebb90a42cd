#pragma once
// How an answer leaves a server, byte by byte: whole, or wrong in the way that somebody asked for. Facts:
// mocks-and-faults 7.
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "middleware/kernel/http.h"
#include "middleware/live/server_stream.h"

namespace live {

/// The fields that tell where the body ends: Content-Length, Transfer-Encoding, or what the ending makes of
/// them.
std::vector<std::pair<std::string, std::string>> framing(const kernel::HttpReply& reply);

struct Sending {
  bool is_head_request = false;
  double speed = 1;                     ///< of the run's time, for answers that take their time
  std::chrono::milliseconds at_most{};  ///< that the client may take for what it is sent at once
};

/// `head` is the rendered head with those fields. True when the answer was sent whole and the connection may
/// be used again; what is not kept is to be closed by dropping the stream.
bool send_reply(ServerStream& stream, std::string head, const kernel::HttpReply& reply,
                const Sending& sending);

}  // namespace live
