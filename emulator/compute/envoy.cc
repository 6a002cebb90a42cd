#include "emulator/compute/envoy.h"

#include "middleware/kernel/ids.h"

namespace emulator::compute::envoy {

using kernel::HttpReply;

HttpReply answer(int status, std::string body) {
  return {.response = {status, {{"Content-Type", "text/plain"}, {"server", "envoy"}}, std::move(body)}};
}

HttpReply reset(int status, std::string_view reason) {
  return answer(status, "upstream connect error or disconnect/reset before headers. reset reason: " +
                            std::string(reason));
}

HttpReply as_routed(HttpReply reply) {
  switch (reply.ending) {
    case kernel::Ending::Complete:
    case kernel::Ending::Truncated:
    case kernel::Ending::Hang:
    // A body that breaks off behind its head is passed on as far as it came.
    case kernel::Ending::BadChunk:
    case kernel::Ending::CutChunks:
    case kernel::Ending::ResetInBody:
    case kernel::Ending::LongBody:
      return reply;
    case kernel::Ending::Reset:
    case kernel::Ending::Empty:
    case kernel::Ending::HalfClosed:
      return reset(503, "connection termination");
    // ASSUMPTION: nobody has quoted this one; it is Envoy's ordinary text.
    case kernel::Ending::Garbage:
    case kernel::Ending::TwoLengths:
    case kernel::Ending::LengthAndChunks:
    case kernel::Ending::BareLf:
    case kernel::Ending::BadStatusLine:
      return reset(502, "protocol error");
  }
  return reply;
}

void tell_application(kernel::Headers& headers, kernel::Random& ids, kernel::Duration request_max) {
  std::string forwarded(headers.get("X-Forwarded-For"));
  if (!forwarded.empty()) forwarded += ',';
  headers.set("X-Forwarded-For", forwarded + kCallerAddress);
  headers.set("X-Forwarded-Proto", "https");
  headers.set("X-Request-Id", kernel::uuid4(ids));
  headers.set("X-Envoy-External-Address", kCallerAddress);
  headers.set("X-Envoy-Expected-Rq-Timeout-Ms", std::to_string(request_max / std::chrono::milliseconds{1}));
}

}  // namespace emulator::compute::envoy
