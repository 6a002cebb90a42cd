#pragma once
// The shape of `apis` in middleware.yaml. For the sources of this folder.
#include <optional>
#include <string>

#include "middleware/config/reader.h"
#include "middleware/service/flow.h"

namespace config {

struct ApiText : service::ApiConfig {
  std::optional<core::RetryRules> retry_rules = core::RetryRules{};  ///< nothing: one attempt
  std::optional<std::string> url{};
  Place place{};
};

Shape<ApiText> api_shape();

/// What the keys of the APIs say of each other.
void check_apis(const MapOf<ApiText>& apis, Problems& problems);

}  // namespace config
