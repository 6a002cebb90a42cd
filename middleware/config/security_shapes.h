#pragma once
// The shapes of `security` and `server` in middleware.yaml. For the sources of this folder.
#include "middleware/config/reader.h"
#include "middleware/service/guard.h"
#include "middleware/service/server_limits.h"

namespace config {

Shape<service::SecurityConfig> security_shape();
Shape<service::ServerLimits> server_shape();

/// "env:NAME", "file:PATH", "secretsmanager:ID", "ssm:NAME".
Shape<std::string> secret_reference();

}  // namespace config
