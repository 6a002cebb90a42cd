#pragma once
// Percent-encoding as signatures want it, and the parts of an endpoint's URL.
#include <string>
#include <string_view>

namespace secrets {

/// All but letters, digits, "-_.~" and `kept`.
std::string uri_encoded(std::string_view text, std::string_view kept);

/// "https://host:8443/prefix/" is {"host:8443", "/prefix"}.
struct EndpointParts {
  std::string authority;
  std::string path;  ///< without the '/' at its end
};
EndpointParts endpoint_parts(std::string_view url);

}  // namespace secrets
