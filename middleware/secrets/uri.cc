#include "middleware/secrets/uri.h"

namespace secrets {

std::string uri_encoded(std::string_view text, std::string_view kept) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-_.~";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          kPlain.find(c) != std::string_view::npos || kept.find(c) != std::string_view::npos;
    if (is_plain) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += kDigits[byte >> 4];
      encoded += kDigits[byte & 15];
    }
  }
  return encoded;
}

EndpointParts endpoint_parts(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  const std::size_t slash = url.find('/');
  EndpointParts parts{.authority = std::string(url.substr(0, slash)), .path = {}};
  if (slash != std::string_view::npos) parts.path = url.substr(slash);
  while (parts.path.ends_with('/')) parts.path.pop_back();
  return parts;
}

}  // namespace secrets
