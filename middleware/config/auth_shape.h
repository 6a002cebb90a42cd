#pragma once
// The shape of `auth` of an API. For the sources of this folder.
#include <optional>

#include "middleware/config/reader.h"
#include "middleware/service/credentials.h"

namespace config {

Shape<std::optional<service::AuthConfig>> auth_shape();

}  // namespace config
