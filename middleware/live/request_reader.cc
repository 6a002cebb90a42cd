#include "middleware/live/request_reader.h"

#include <charconv>

namespace live {
namespace {

constexpr std::size_t kChunkLineMax = 4096;

bool parse_hex(std::string_view text, std::uint64_t& number) {
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  return problem == std::errc{} && end == text.data() + text.size();
}

}  // namespace

void RequestReader::enter(State state) {
  state_ = state;
  since_ = Clock::now();
}

std::chrono::steady_clock::time_point RequestReader::deadline() const {
  if (state_ == State::Body) return since_ + limits_->body_time;
  return since_ + (state_ == State::Head ? limits_->header_time : limits_->idle_time);
}

// Each step is true when it got further with what had come.
RequestReader::State RequestReader::advance(ServerStream& stream, std::size_t receives_max) {
  while (state_ == State::Idle || state_ == State::Head || state_ == State::Body) {
    if (state_ == State::Body ? take_body(stream) : take_head(stream)) continue;
    if (receives_max-- == 0) return state_;
    switch (stream.receive_more()) {
      case Received::Some:
        break;
      case Received::Nothing:
        return state_;
      case Received::Gone:
        enter(State::Gone);
    }
  }
  return state_;
}

RequestReader::State RequestReader::time_out() {
  if (state_ == State::Head || state_ == State::Body) {
    refuse(408, "too_slow", "the request did not come in time");
  } else {
    enter(State::Gone);
  }
  return state_;
}

bool RequestReader::refuse(int status, const char* type, const char* detail) {
  refusal_ = {status, type, detail};
  enter(State::Refused);
  return true;
}

bool RequestReader::take_head(ServerStream& stream) {
  const std::string_view received = stream.received();
  if (received.empty()) return false;
  if (state_ == State::Idle) enter(State::Head);
  // Nobody waits for the end of a head that is none, such as the greeting of a TLS client.
  if (received.front() < ' ') {
    enter(State::Gone);
    return true;
  }
  const std::size_t end = received.find("\r\n\r\n", searched_);
  if (std::min(end, received.size()) > limits_->head_bytes_max)
    return refuse(431, "header_too_large", "request line and headers are too large");
  if (end == std::string_view::npos) {
    searched_ = received.size() > 3 ? received.size() - 3 : 0;
    return false;
  }
  head_text_ = received.substr(0, end + 4);
  stream.consume(end + 4);
  head_ = parse_head(head_text_);
  if (head_.request.headers.size() > limits_->headers_max)
    return refuse(431, "header_too_large", "there are too many headers");
  return begin_body(stream);
}

bool RequestReader::begin_body(ServerStream& stream) {
  if (!head_.is_valid) return refuse(400, "bad_request", "the length of the body cannot be told");
  if (!head_.is_chunked && head_.content_length > limits_->body_bytes_max)
    return refuse(413, "body_too_large", "the server takes no body of that size");
  left_ = head_.content_length;
  enter(head_.is_chunked || left_ > 0 ? State::Body : State::Whole);
  // The client sends the body only now. It reads nothing of what it is sent if this finds no room.
  if (state_ == State::Body &&
      kernel::equal_without_case(head_.request.headers.get("Expect"), "100-continue") &&
      !stream.send("HTTP/1.1 100 Continue\r\n\r\n", std::chrono::milliseconds{0}))
    enter(State::Gone);
  return true;
}

bool RequestReader::take_bytes(ServerStream& stream) {
  const std::string_view piece = stream.received().substr(0, left_);
  if (piece.empty()) return false;
  head_.request.body += piece;
  left_ -= piece.size();
  stream.consume(piece.size());
  return true;
}

bool RequestReader::take_body(ServerStream& stream) {
  if (head_.is_chunked) return take_chunks(stream);
  if (!take_bytes(stream)) return false;
  if (left_ == 0) enter(State::Whole);
  return true;
}

bool RequestReader::take_chunk_size(std::string_view line) {
  if (!parse_hex(line.substr(0, line.find(';')), left_))
    return refuse(400, "bad_request", "the length of the body cannot be told");
  if (left_ > limits_->body_bytes_max - head_.request.body.size())
    return refuse(413, "body_too_large", "the server takes no body of that size");
  chunk_ = left_ == 0 ? Chunk::Trailer : Chunk::Data;
  return true;
}

bool RequestReader::take_chunks(ServerStream& stream) {
  if (chunk_ == Chunk::Data) {
    if (!take_bytes(stream)) return false;
    if (left_ == 0) chunk_ = Chunk::DataEnd;
    return true;
  }
  const std::size_t end = stream.received().find("\r\n");
  if (end == std::string_view::npos) {
    if (stream.received().size() <= kChunkLineMax) return false;
    return refuse(400, "bad_request", "the length of the body cannot be told");
  }
  const std::string line(stream.received().substr(0, end));
  stream.consume(end + 2);
  switch (chunk_) {
    case Chunk::Size:
      return take_chunk_size(line);
    case Chunk::DataEnd:
      if (!line.empty()) return refuse(400, "bad_request", "the length of the body cannot be told");
      chunk_ = Chunk::Size;
      return true;
    case Chunk::Trailer:  // says nothing to us
      if (line.empty()) enter(State::Whole);
      return true;
    case Chunk::Data:
      break;
  }
  return false;
}

}  // namespace live
