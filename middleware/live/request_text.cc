#include "middleware/live/request_text.h"

#include <algorithm>
#include <string_view>

namespace live {
namespace {

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [kMarks](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kMarks.contains(c);
  });
}

void append_target(std::string& text, std::string_view target) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : target) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte != 0x7F) {
      text += c;
    } else {
      text += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
}

void append_field(std::string& text, std::string_view name, std::string_view value) {
  text += name;
  text += ": ";
  const std::size_t from = text.size();
  text += value;
  std::replace_if(
      text.begin() + static_cast<std::ptrdiff_t>(from), text.end(),
      [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  text += "\r\n";
}

bool is_ours(std::string_view name) {
  return kernel::equal_without_case(name, "Host") || kernel::equal_without_case(name, "Content-Length") ||
         kernel::equal_without_case(name, "Transfer-Encoding");
}

}  // namespace

std::string request_text(const kernel::HttpRequest& request, const Url& base) {
  std::string text;
  text.reserve(256 + base.path.size() + request.target.size() + request.body.size() +
               64 * request.headers.size());
  text += is_token(request.method) ? std::string_view(request.method) : "GET";
  text += ' ';
  text += base.path;
  if (!request.target.starts_with('/')) text += '/';
  append_target(text, request.target);
  text += " HTTP/1.1\r\n";

  const std::string_view host = request.headers.get("Host");
  append_field(text, "Host", host.empty() ? base.authority : host);
  for (const auto& [name, value] : request.headers) {
    if (is_token(name) && !is_ours(name)) append_field(text, name, value);
  }
  const bool usually_has_body =
      request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (usually_has_body || !request.body.empty()) {
    append_field(text, "Content-Length", std::to_string(request.body.size()));
  }
  text += "\r\n";
  text += request.body;
  return text;
}

}  // namespace live
