#include "middleware/live/url.h"

#include <charconv>

namespace live {

kernel::Result<Url> parse_url(std::string_view text) {
  const auto wrong = [text](const char* why) {
    return kernel::invalid("not a base URL: " + std::string(why), std::string(text));
  };
  Url url;
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    url.is_https = true;
    url.port = 443;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return wrong("it must begin with http:// or https://");
  }
  if (rest.find_first_of("?#@ \t\r\n") != std::string_view::npos)
    return wrong("no user, query, fragment or blank may be in it");

  const std::size_t slash = rest.find('/');
  url.authority = rest.substr(0, slash);
  if (slash != std::string_view::npos) url.path = rest.substr(slash);
  while (url.path.ends_with('/')) url.path.pop_back();

  std::string_view host = url.authority;
  const bool is_bracketed = host.starts_with('[');
  const std::size_t colon = is_bracketed ? host.find("]:") : host.find(':');
  if (colon != std::string_view::npos) {
    const std::string_view digits = host.substr(colon + (is_bracketed ? 2 : 1));
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    if (problem != std::errc{} || end != digits.data() + digits.size() || url.port < 1 || url.port > 65535) {
      return wrong("the port must be 1 to 65535");
    }
    host = host.substr(0, colon + (is_bracketed ? 1 : 0));
  }
  if (is_bracketed) {
    if (!host.ends_with(']')) return wrong("']' is missing");
    host = host.substr(1, host.size() - 2);
  }
  if (host.empty()) return wrong("there is no host");
  url.host = host;
  return url;
}

}  // namespace live
