#include "emulator/compute/load_balancer_answers.h"

#include <string>

namespace emulator::compute {
namespace {

std::string title_of(int status) {
  if (status == 502) return "502 Bad Gateway";
  return status == 503 ? "503 Service Temporarily Unavailable" : "504 Gateway Time-out";
}

}  // namespace

std::optional<MadeAnswer> made_of(kernel::Ending ending) {
  switch (ending) {
    case kernel::Ending::Complete:
    case kernel::Ending::Hang:
    case kernel::Ending::BadChunk:
    case kernel::Ending::CutChunks:
    case kernel::Ending::ResetInBody:
    case kernel::Ending::LongBody:
      return std::nullopt;
    case kernel::Ending::Truncated:
      return MadeAnswer{504, "the target's body is shorter than it said"};
    case kernel::Ending::Reset:
    case kernel::Ending::Empty:
    case kernel::Ending::HalfClosed:
      return MadeAnswer{502, "the target closed the connection"};
    case kernel::Ending::Garbage:
    case kernel::Ending::TwoLengths:
    case kernel::Ending::LengthAndChunks:
    case kernel::Ending::BareLf:
    case kernel::Ending::BadStatusLine:
      return MadeAnswer{502, "the target's answer is malformed"};
  }
  return std::nullopt;
}

kernel::HttpReply from_load_balancer(int status) {
  const std::string title = title_of(status);
  return {.response = {status,
                       {{"Server", "awselb/2.0"}, {"Content-Type", "text/html"}},
                       "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" +
                           title + "</h1></center>\r\n</body>\r\n</html>\r\n"}};
}

}  // namespace emulator::compute
