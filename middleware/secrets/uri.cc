#include "middleware/secrets/uri.h"

namespace secrets {

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
