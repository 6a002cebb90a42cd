#pragma once
// The parts of an endpoint's URL.
#include <string>
#include <string_view>

namespace secrets {

/// "https://host:8443/prefix/" is {"host:8443", "/prefix"}.
struct EndpointParts {
  std::string authority;
  std::string path;  ///< without the '/' at its end
};
EndpointParts endpoint_parts(std::string_view url);

}  // namespace secrets
