#pragma once
// The shape of `auth` of an API, and of references to secrets. For the sources of this folder.
#include <optional>
#include <string>

#include "middleware/config/reader.h"
#include "middleware/service/credentials.h"

namespace config {

/// "env:NAME" and the like (middleware/secrets/provider.h): a file never holds a secret itself.
Shape<std::string> secret_reference();

Shape<std::optional<service::AuthConfig>> auth_shape();

}  // namespace config
