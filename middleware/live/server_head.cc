#include "middleware/live/server_head.h"

#include <charconv>
#include <string>
#include <utility>

namespace live {
namespace {

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

}  // namespace live
