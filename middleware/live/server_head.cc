#include "middleware/live/server_head.h"

#include <charconv>
#include <string>
#include <utility>

namespace live {
namespace {

constexpr std::size_t kChunkLineMax = 4096;

/// Cuts the text up to `end` off the front of `rest`; all of it when there is no `end`.
std::string_view cut(std::string_view& rest, std::string_view end) {
  const std::size_t at = rest.find(end);
  const std::string_view front = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + end.size());
  return front;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool parse_number(std::string_view text, int base, std::uint64_t& number) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return problem == std::errc{} && end == text.data() + text.size();
}

/// False when the client goes before `count` bytes are there.
bool receive_at_least(ServerStream& stream, std::size_t count) {
  while (stream.received().size() < count) {
    if (!stream.receive_more()) return false;
  }
  return true;
}

/// The next line without its end, consumed.
BodyRead read_line(ServerStream& stream, std::string& line) {
  std::size_t end = 0;
  while ((end = stream.received().find("\r\n")) == std::string_view::npos) {
    if (stream.received().size() > kChunkLineMax) return BodyRead::Malformed;
    if (!stream.receive_more()) return BodyRead::Gone;
  }
  line.assign(stream.received().substr(0, end));
  stream.consume(end + 2);
  return BodyRead::Done;
}

BodyRead take(ServerStream& stream, std::uint64_t count, std::string& body) {
  while (count > 0) {
    if (!receive_at_least(stream, 1)) return BodyRead::Gone;
    const std::string_view piece = stream.received().substr(0, count);
    body += piece;
    count -= piece.size();
    stream.consume(piece.size());
  }
  return BodyRead::Done;
}

BodyRead read_chunks(ServerStream& stream, std::size_t bytes_max, std::string& body) {
  std::string line;
  while (true) {
    if (const BodyRead got = read_line(stream, line); got != BodyRead::Done) return got;
    std::uint64_t size = 0;
    if (!parse_number(trimmed(std::string_view(line).substr(0, line.find(';'))), 16, size))
      return BodyRead::Malformed;
    if (size == 0) break;
    if (size > bytes_max - body.size()) return BodyRead::TooLarge;
    if (const BodyRead got = take(stream, size, body); got != BodyRead::Done) return got;
    if (const BodyRead got = read_line(stream, line); got != BodyRead::Done) return got;
    if (!line.empty()) return BodyRead::Malformed;
  }
  while (true) {  // trailers say nothing to us
    if (const BodyRead got = read_line(stream, line); got != BodyRead::Done || line.empty()) return got;
  }
}

}  // namespace

RequestHead parse_head(std::string_view head) {
  RequestHead parsed;
  kernel::HttpRequest& request = parsed.request;
  std::string_view line = cut(head, "\r\n");
  request.method = cut(line, " ");
  request.target = cut(line, " ");
  bool has_length = false;
  while (!head.empty()) {
    std::string_view value = cut(head, "\r\n");
    if (value.find(':') == std::string_view::npos) continue;
    const std::string_view name = trimmed(cut(value, ":"));
    value = trimmed(value);
    if (kernel::equal_without_case(name, "Host")) {
      request.host = value;
    } else if (kernel::equal_without_case(name, "Content-Length")) {
      std::uint64_t length = 0;
      const bool fits = parse_number(value, 10, length) && (!has_length || length == parsed.content_length);
      parsed.is_valid = parsed.is_valid && fits;
      parsed.content_length = length;
      has_length = true;
    } else if (kernel::equal_without_case(name, "Transfer-Encoding")) {
      parsed.is_chunked = kernel::equal_without_case(value, "chunked");
      parsed.is_valid = parsed.is_valid && parsed.is_chunked;
    }
    request.headers.add(std::string(name), std::string(value));
  }
  return parsed;
}

BodyRead read_body(ServerStream& stream, const RequestHead& head, std::size_t bytes_max, std::string& body) {
  if (!head.is_valid) return BodyRead::Malformed;
  if (head.is_chunked) return read_chunks(stream, bytes_max, body);
  if (head.content_length > bytes_max) return BodyRead::TooLarge;
  body.reserve(head.content_length);
  return take(stream, head.content_length, body);
}

}  // namespace live
