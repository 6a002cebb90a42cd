#include "middleware/live/server_ending.h"

#include <charconv>

#include "middleware/kernel/wrong_length.h"
#include "middleware/live/server_drip.h"

namespace live {
namespace {

using kernel::Ending;

constexpr std::string_view kGarbage = "\x15\x03 this is not HTTP \x7F\r\n\r\n";
constexpr std::chrono::milliseconds kBeforeReset{50};

std::string too_short(std::size_t size) { return std::to_string(kernel::wrong_length(size)); }

std::string chunk(std::string_view bytes) {
  if (bytes.empty()) return {};
  char digits[16];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), bytes.size(), 16).ptr;
  return std::string(digits, end) + "\r\n" + std::string(bytes) + "\r\n";
}

std::string with_bare_lf(std::string_view head) {
  std::string text;
  for (const char letter : head) {
    if (letter != '\r') text += letter;
  }
  return text;
}

/// "HTTP/1.1 200 OK" becomes "HTTP/1.1 1000 OK".
std::string with_bad_status(std::string head) {
  const std::size_t at = head.find(' ') + 1;
  return head.replace(at, 3, "1000");
}

/// The library sets a length where there is none, so it is taken out again here.
std::string with_chunks(std::string head) {
  const std::size_t from = head.find("Content-Length: ");
  return head.replace(from, head.find('\r', from) - from, "Transfer-Encoding: chunked");
}

/// Without a body there is nothing to cut but the head.
std::string truncated(std::string head, const kernel::HttpResponse& response, bool is_head_request) {
  if (is_head_request || response.status == 204 || response.status == 304) {
    head.resize(head.size() / 2);
    return head;
  }
  return head.append(response.body, 0, response.body.size() / 2);
}

bool send_complete(ServerStream& stream, std::string head, std::string_view body,
                   const kernel::HttpReply& reply, const Sending& sending) {
  const bool ends = reply.afterwards == kernel::Afterwards::Closed;
  if (reply.pace.is_set()) {
    const DripTerms terms{.speed = sending.speed, .at_most = sending.at_most, .is_last = ends};
    if (!drip(stream, head, body, reply.pace, terms)) return false;
    if (!ends) return true;
  } else {
    if (ends) stream.hold_back();
    if (stream.send(head.append(body), sending.at_most) && !ends) return true;
  }
  stream.close_gently();
  return false;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> framing(const kernel::HttpReply& reply) {
  const std::size_t size = reply.response.body.size();
  const std::string length = std::to_string(size);
  switch (reply.ending) {
    case Ending::LengthAndChunks:
      return {{"Content-Length", length}, {"Transfer-Encoding", "chunked"}};
    case Ending::TwoLengths:
      return {{"Content-Length", too_short(size)}, {"Content-Length", length}};
    case Ending::LongBody:
      return {{"Content-Length", too_short(size)}};
    case Ending::Truncated:
    case Ending::ResetInBody:
      return {{"Content-Length", size == 0 ? "1" : length}};
    case Ending::Complete:
    case Ending::Reset:
    case Ending::Empty:
    case Ending::Garbage:
    case Ending::Hang:
    case Ending::HalfClosed:
    case Ending::BadChunk:
    case Ending::CutChunks:
    case Ending::BareLf:
    case Ending::BadStatusLine:
      break;
  }
  return {{"Content-Length", length}};
}

bool send_reply(ServerStream& stream, std::string head, const kernel::HttpReply& reply,
                const Sending& sending) {
  const auto [is_head_request, speed, at_most] = sending;
  const std::string& body = reply.response.body;
  const std::string_view half = std::string_view(body).substr(0, body.size() / 2);
  const std::string_view whole = is_head_request ? std::string_view{} : std::string_view(body);
  const auto send_and_close = [&](std::string bytes) {
    if (stream.send(bytes, at_most)) stream.close_gently();
    return false;
  };
  switch (reply.ending) {
    case Ending::Complete:
      return send_complete(stream, std::move(head), whole, reply, sending);
    case Ending::Truncated:
      stream.send(truncated(std::move(head), reply.response, is_head_request), at_most);
      return false;
    case Ending::Garbage:
      stream.send(kGarbage, at_most);
      return false;
    case Ending::Reset:
      stream.reset();
      return false;
    case Ending::Hang:
      stream.wait_for_close();
      return false;
    case Ending::Empty:
      return false;
    case Ending::HalfClosed:
      stream.half_close();
      stream.wait_for_close();
      return false;
    case Ending::BadChunk:
      return send_and_close(with_chunks(std::move(head)) + chunk(half) + "size?\r\n");
    case Ending::CutChunks:
      return send_and_close(with_chunks(std::move(head)) + chunk(half));
    case Ending::ResetInBody:
      // Long enough for the client to have read it: some forget what came before a reset.
      if (stream.send(head.append(half), at_most)) stream.wait_until_sent(at_most);
      stream.rest(kBeforeReset);
      stream.reset();
      return false;
    case Ending::LengthAndChunks:
      return send_and_close(head + chunk(whole) + "0\r\n\r\n");
    case Ending::BareLf:
      return send_and_close(with_bare_lf(head).append(whole));
    case Ending::BadStatusLine:
      return send_and_close(with_bad_status(std::move(head)).append(whole));
    case Ending::TwoLengths:
    case Ending::LongBody:
      return send_and_close(head.append(whole));
  }
  return false;
}

}  // namespace live
